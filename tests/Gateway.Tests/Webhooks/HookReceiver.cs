using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Dialer.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dialer.Tests.Webhooks;

/// <summary>A request that came to a receiver.</summary>
internal sealed record HookRequest(string Path, string Id, DateTimeOffset Timestamp, string Signature, byte[] Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => (string)Json["type"]!;

    public bool IsSignedBy(string secret) => StandardWebhooks.IsSignedBy(new Secret(secret), Id, Timestamp, Body, Signature);
}

/// <summary>A real receiver of webhooks on loopback that answers what the test says.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<HookRequest> requests = [];

    private HookReceiver(WebApplication app) => this.app = app;

    /// <summary>Everything that came, in its order.</summary>
    public IReadOnlyList<HookRequest> Requests => [.. requests];

    /// <summary>The status of the answer; may take its time.</summary>
    public Func<HookRequest, HttpContext, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(204);

    public string Url => app.Urls.First();

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new HookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public Task<IReadOnlyList<HookRequest>> UntilAsync(Func<IReadOnlyList<HookRequest>, bool> reached, string what) => Until.GetAsync(
        () => Task.FromResult(Requests), reached, what, null, r => string.Join(", ", r.Select(x => $"{x.Id} {x.Type}")));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers;
        var request = new HookRequest(
            context.Request.Path,
            headers[StandardWebhooks.IdHeader].ToString(),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(headers[StandardWebhooks.TimestampHeader].ToString(), CultureInfo.InvariantCulture)),
            headers[StandardWebhooks.SignatureHeader].ToString(),
            body.ToArray());
        requests.Enqueue(request);
        context.Response.StatusCode = await Answer(request, context);
    }
}
