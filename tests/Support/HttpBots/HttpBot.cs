using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dialer.Tests.HttpBots;

/// <summary>A real HTTP bot on loopback: keeps what it is told and answers as the test says.</summary>
public sealed class HttpBot : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Told> told = new();
    private int probes;

    private HttpBot(WebApplication app) => this.app = app;

    /// <summary>What it answers to an event; null = 204.</summary>
    public Func<Told, string?> OnEvent { get; set; } = _ => null;

    /// <summary>Answers everything by itself, slowly or badly; used instead of <see cref="OnEvent"/>.</summary>
    public Func<Told, HttpContext, Task>? OnRequest { get; set; }

    public int ProbeStatus { get; set; } = 200;

    public int Probes => Volatile.Read(ref probes);

    /// <summary>Everything that it was told, in the order in which it came.</summary>
    public IReadOnlyList<Told> All => [.. told];

    public string Url => app.Urls.First() + "/calls";

    public IReadOnlyList<Told> Of(string phone) => [.. told.Where(t => t.Phone == phone)];

    public static async Task<HttpBot> StartAsync(string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var bot = new HttpBot(app);
        app.Map("/calls", bot.TakeAsync);
        await app.StartAsync();
        return bot;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            Interlocked.Increment(ref probes);
            context.Response.StatusCode = ProbeStatus;
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var one = new Told(body.ToArray(), context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), TimeProvider.System.GetTimestamp());
        told.Enqueue(one);
        if (OnRequest is { } answer)
        {
            await answer(one, context);
        }
        else if (OnEvent(one) is { } text)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(text);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }
}

/// <summary>One request to a bot.</summary>
public sealed class Told(byte[] body, IReadOnlyDictionary<string, string> headers, long ticks)
{
    public byte[] Body => body;

    public IReadOnlyDictionary<string, string> Headers => headers;

    /// <summary>When it came, on this machine's monotonic clock.</summary>
    public long Ticks => ticks;

    public JsonNode Json { get; } = JsonNode.Parse(body)!;

    /// <summary>The event's name, or the query.</summary>
    public string Name => (string?)Json["event"] ?? (string)Json["query"]!;

    public string Phone => (string)Json["rawRequest"]!["caller"]!;

    public string CallId => (string)Json["rawRequest"]!["originateData"]!["callId"]!;

    public string Id => Headers["webhook-id"];

    public override string ToString() => $"{CallId} {Name}";
}
