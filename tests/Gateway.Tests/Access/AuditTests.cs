using System.Net;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Gateway.Access;
using Dialer.Intake;
using Dialer.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dialer.Tests.Access;

/// <summary>P52: what the audit log tells, and that nothing passes it.</summary>
public class AuditTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Number_HasOneHash_HoweverItIsWritten_AndATestCallNamesItAndItsCampaign_P52(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var (phone, channel) = (GatewayRig.Phones(1)[0], await rig.ChannelAsync());
        using var called = await admin.PostAsync($"/api/v1/channels/{channel}/test-call", $$"""{"phone":"+{{phone}}","timeZone":"Europe/Moscow"}""");
        Assert.Equal(HttpStatusCode.Accepted, called.StatusCode);
        var campaign = called.Headers.Location!.OriginalString.Split('/')[4];
        (await admin.PutAsync($"/api/v1/do-not-call/+{phone}", Wire.Json("{}"))).Dispose();
        (await admin.DeleteAsync($"/api/v1/do-not-call/8{phone % 10_000_000_000}")).Dispose();
        (await admin.PostAsync("/api/v1/erase", $$"""{"phone":"{{phone}}"}""")).Dispose();

        var entries = await EntriesAsync(admin);
        var hash = (string)Assert.Single(entries, e => (string?)e["action"] == "erase" && ((string?)e["target"])!.StartsWith("phone:", StringComparison.Ordinal)
            && entries.Any(o => (string?)o["action"] == "channel.test-call" && ((string?)o["target"])!.EndsWith((string)e["target"]!, StringComparison.Ordinal)))["target"]!;
        string[] actions = ["erase", "do-not-call.delete", "do-not-call.put", "channel.test-call"];
        Assert.Equal(actions, entries.Where(e => ((string?)e["target"])!.Contains(hash, StringComparison.Ordinal)).Select(e => (string?)e["action"]));
        Assert.Contains(entries, e => (string?)e["target"] == $"{channel} campaign:{campaign} {hash}");
    }

    [Theory, BothEngines]
    public async Task KeysOfOneName_AreToldApart_P52(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var (first, second) = (await MadeAsync(), await MadeAsync());
        foreach (var (_, secret) in new[] { first, second })
        {
            using var client = await rig.ClientAsync(null);
            client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
            await client.PostAsync("/api/v1/campaigns/1/pause", null).ProblemAsync(HttpStatusCode.NotFound, "campaign_not_found");
        }

        var entries = (await EntriesAsync(admin)).Where(e => (string?)e["actor"] == "twins" && (string?)e["action"] == "campaign.pause");
        Assert.Equal([second.Id, first.Id], entries.Select(e => (string?)e["actorId"]));

        async Task<(string Id, string Secret)> MadeAsync()
        {
            var made = await admin.PostAsync("/api/v1/keys", """{"name":"twins","role":"operator"}""").JsonAsync(HttpStatusCode.Created);
            return ((string)made["key"]!["id"]!, (string)made["secret"]!);
        }
    }

    [Fact]
    public async Task KeysMadeAtTheTerminal_AndAChangedKeyOfTheEnvironment_AreWrittenDown_P52()
    {
        await using var rig = await rigs.NewAsync();
        Assert.NotNull(await AdminKey.EnsureAsync(rig.Services));
        await AdminKey.ResetAsync(rig.Services);
        const string given = "an-administrators-key-of-the-test-0123456789";
        await AdminKey.SetAsync(rig.Services, given);
        await AdminKey.SetAsync(rig.Services, given);
        await AdminKey.SetAsync(rig.Services, given + "-changed");
        using var admin = await rig.ClientAsync(null);
        admin.DefaultRequestHeaders.Authorization = new("Bearer", given + "-changed");

        var entries = await EntriesAsync(admin);
        Assert.Equal(
            ["key.set environment", "key.set environment", "key.reset key reset", "key.create first start"],
            entries.Select(e => $"{e["action"]} {e["actor"]}"));
        var inForce = (await admin.GetAsync("/api/v1/keys").JsonAsync())["items"]!.AsArray().Select(k => (string?)k!["id"]).ToList();
        Assert.Contains((string?)entries[0]["target"], inForce);
        Assert.Contains((string?)entries[2]["target"], inForce);
        Assert.All(entries, e => Assert.Null(e["actorId"]));
    }

    [Fact]
    public async Task CommandByToken_ThatFails_IsWrittenDownToo_P52()
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var rig = await GatewayRig.StartAsync(storage, configure: services =>
        {
            services.RemoveAll<IAnswerBook>();
            services.AddSingleton<IAnswerBook>(new BrokenBook());
        });
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var campaign = await rig.CampaignAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/calls/campaign/{campaign.Token}/control/stop") { Headers = { { "Idempotence-Key", "k" } } };
        using var failed = await admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Contains(await EntriesAsync(admin), e =>
            (string?)e["action"] == "calls.control" && (string?)e["target"] == campaign.Id.ToString() && (int?)e["status"] == 500);
    }

    private static async Task<List<JsonNode>> EntriesAsync(HttpClient admin) =>
        [.. (await admin.GetAsync("/api/v1/audit?limit=500").JsonAsync())["items"]!.AsArray().Select(e => e!)];

    private sealed class BrokenBook : IAnswerBook
    {
        public Task<KnownAnswer> BeginAsync(IntakeKey key, UnixTime now) => throw new NotSupportedException("broken for the test");

        public Task KeepAsync(IntakeKey key, string answer) => throw new NotSupportedException();

        public Task ForgetAsync(IntakeKey key) => throw new NotSupportedException();
    }
}
