using System.Net;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Webhooks;

namespace Dialer.Tests.Webhooks;

/// <summary>A gateway that may send to loopback and hurries its retries, an administrator, and a receiver.</summary>
internal sealed class HookStage(GatewayRig rig, HttpClient admin, HookReceiver receiver) : IAsyncDisposable
{
    public GatewayRig Rig => rig;

    public HttpClient Admin => admin;

    public HookReceiver Receiver => receiver;

    public static Task<GatewayRig> RigAsync(StorageOptions storage, string? allow = "127.0.0.1", double scale = 0.01) => GatewayRig.StartAsync(storage, new DialerOptions
    {
        Storage = storage.Engine,
        ShutdownSeconds = 0,
        DataDirectory = storage.DataDirectory,
        Gateway = new GatewayOptions { RequestsPerSecond = 0 },
        Webhooks = new WebhookOptions { AllowPrivate = allow, RetryScale = scale, TimeoutSeconds = 2 },
    });

    public static async Task<HookStage> NewAsync(Rigs rigs, StorageEngine engine = StorageEngine.Sqlite, double scale = 0.01)
    {
        var rig = await RigAsync(await rigs.Engines.NewAsync(engine), scale: scale);
        return new HookStage(rig, await rig.ClientAsync(AccessRole.Admin), await HookReceiver.StartAsync());
    }

    /// <summary>A webhook to the receiver: its id and its secret.</summary>
    public Task<(string Id, string Secret)> HookAsync(string path = "/hook", string more = "") => HookAsync(admin, receiver.Url + path, more);

    public static async Task<(string Id, string Secret)> HookAsync(HttpClient admin, string url, string more = "")
    {
        var made = await admin.PostAsync("/api/v1/webhooks", $$"""{"url":"{{url}}"{{more}}}""").JsonAsync(HttpStatusCode.Created);
        return ((string)made["webhook"]!["id"]!, (string)made["secret"]!);
    }

    public async Task<IReadOnlyList<JsonNode>> DeliveriesAsync(string hook, string query = "") =>
        [.. (await admin.GetAsync($"/api/v1/webhooks/{hook}/deliveries?limit=500{query}").JsonAsync())["items"]!.AsArray().Select(d => d!)];

    public Task<IReadOnlyList<JsonNode>> UntilDeliveriesAsync(string hook, Func<IReadOnlyList<JsonNode>, bool> reached, string what) => Until.GetAsync(
        () => DeliveriesAsync(hook), reached, what, null, d => string.Join("\n", d.Select(x => x.ToJsonString())));

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        admin.Dispose();
        await rig.DisposeAsync();
    }
}
