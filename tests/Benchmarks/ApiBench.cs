using System.Globalization;
using System.Text;
using System.Text.Json;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dialer.Benchmarks;

/// <summary>
/// The gateway over HTTP on loopback beside a bare ASP.NET endpoint in the same process, in alternating rounds: <c>addPhones</c>, whose
/// jobs are on disk when it answers, and a campaign's status. The bare one reads the same JSON, and stores nothing.
/// </summary>
internal sealed class ApiBench(Engines engines, FigureTable figures)
{
    private const int Rounds = 3;
    private const int Clients = 16;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);
    private static long phone = 79_000_000_000;

    public async Task RunAsync()
    {
        foreach (var engine in (StorageEngine[])[StorageEngine.Sqlite, StorageEngine.PostgreSql])
        {
            await RunAsync(await engines.NewAsync(engine));
        }
    }

    private async Task RunAsync(StorageOptions storage)
    {
        await using var app = await StartAsync(storage);
        var address = new Uri(app.Urls.First());
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address };
        var token = await CampaignAsync(app.Services);
        foreach (var batch in (int[])[1, 100, 10_000])
        {
            // big requests come one after another from few clients, as imports do
            var clients = batch == 10_000 ? 2 : Clients;
            var (ours, bare) = await SideBySideAsync(
                () => MeasureAsync(clients, () => PostAsync(http, $"/api/calls/campaign/{token}/addPhones", Batch(batch))),
                () => MeasureAsync(clients, () => PostAsync(http, "/bare/items", Batch(batch))));
            figures.Add(
                $"addPhones, {batch} a request, {storage.Engine}", Text(ours * batch, "items/s"), "bare endpoint that parses and stores nothing", Text(bare * batch, "items/s"), Ratio(ours / bare));
        }

        var (reads, plain) = await SideBySideAsync(
            () => MeasureAsync(Clients, () => http.GetStringAsync($"/api/calls/campaign/{token}/status")),
            () => MeasureAsync(Clients, () => http.GetStringAsync("/bare/status")));
        figures.Add($"status of a campaign, {storage.Engine}", Text(reads, "reads/s"), "bare endpoint that answers a constant", Text(plain, "reads/s"), Ratio(reads / plain));
    }

    private static async Task<(double Ours, double Bare)> SideBySideAsync(Func<Task<double>> ours, Func<Task<double>> bare)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            a.Add(await ours());
            b.Add(await bare());
        }

        return (FigureTable.Median(a), FigureTable.Median(b));
    }

    /// <summary>Requests a second of so many clients, each with one request at a time.</summary>
    private static async Task<double> MeasureAsync(int clients, Func<Task> request)
    {
        await request();
        var began = TimeProvider.System.GetTimestamp();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(began) < Round)
            {
                await request();
                Interlocked.Increment(ref done);
            }
        }));
        return done / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task PostAsync(HttpClient http, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await http.PostAsync(path, content);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    private static byte[] Batch(int items)
    {
        var last = Interlocked.Add(ref phone, items);
        var text = new StringBuilder("[");
        for (var i = 0; i < items; i++)
        {
            // numbers of one code come again after ten million: a request of its own has none twice
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{{\"phone\":\"{79_000_000_000 + ((last - items + i) % 10_000_000)}\",\"payload\":{{\"name\":\"Anna\",\"contract\":\"C-{i}\"}}}}");
        }

        return Encoding.UTF8.GetBytes(text.Append(']').ToString());
    }

    private static async Task<WebApplication> StartAsync(StorageOptions storage)
    {
        await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
        var options = new DialerOptions { Storage = storage.Engine, ShutdownSeconds = 0, DataDirectory = storage.DataDirectory };
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddDialerStore(storage);
        builder.AddDialerSilo(options, storage);
        builder.Services.AddGateway(options.Gateway);
        var app = builder.Build();
        app.UseGateway();
        app.MapGet("/bare/status", () => Results.Json("new")).AllowAnonymous();
        app.MapPost("/bare/items", async (HttpRequest request) =>
        {
            var ids = new List<string>();
            await foreach (var item in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(request.Body))
            {
                ids.Add(item.GetProperty("phone").GetString()!);
            }

            return Results.Json(ids);
        }).AllowAnonymous();
        await app.StartAsync();
        return app;
    }

    private static async Task<string> CampaignAsync(IServiceProvider services)
    {
        var (grains, ids) = (services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<INewIds>());
        var channel = await ids.NextAsync();
        await grains.GetGrain<IChannelGrain>(channel).CreateAsync(new ChannelSettings { Name = "bench", Kind = ChannelKind.Simulated });
        var made = await grains.GetGrain<ICampaignGrain>(await ids.NextAsync()).CreateAsync(BenchSettings.Campaign(new ChannelId(channel), 10), default);
        return made.Value!.Token;
    }

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:N0} {unit}");

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
