using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dialer.Conformance;
using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>
/// P47, I6: two gateways of a cluster and a client that asks again with the same key of idempotence, at whichever is there. One of
/// them is killed in the middle, again and again: there is one set of jobs for each key, and none is lost.
/// </summary>
public sealed class GatewayPairTests(Engines engines)
{
    private const string AdminKey = "an-administrators-key-of-the-test-0123456789";
    private const int Rounds = 3;
    private const int PerRequest = 400;
    private const int Clients = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task SameKeyAtTwoGateways_IsOneSetOfJobs_WhateverDiesInBetween_P47_I6()
    {
        var storage = await engines.NewAsync(StorageEngine.PostgreSql);
        string[] cluster = ["--Dialer:Cluster=true", "--Dialer:Storage=PostgreSql", $"--ConnectionStrings:Dialer={storage.ConnectionString}", $"--Dialer:DataDirectory={storage.DataDirectory}"];
        await using var silo = DialerProgram.StartSilo(storage.DataDirectory, cluster);
        await silo.UntilPrintedAsync("of the cluster is up", Limit);
        var gateways = new DialerProgram?[2];
        try
        {
            await AskAsync(storage.DataDirectory, cluster, gateways);
        }
        finally
        {
            foreach (var gateway in gateways)
            {
                await (gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
        }
    }

    private static async Task AskAsync(string directory, string[] cluster, DialerProgram?[] gateways)
    {
        var urls = new Uri[2];
        for (var i = 0; i < 2; i++)
        {
            (gateways[i], urls[i]) = await StartAsync(directory, cluster);
        }

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        var token = await CampaignAsync(http, urls[0]);
        var expected = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var phone = 79_990_000_000L;
        for (var round = 0; round < Rounds; round++)
        {
            var requests = Enumerable.Range(0, Clients).Select(_ => (Key: Guid.NewGuid().ToString(), First: Interlocked.Add(ref phone, PerRequest))).ToList();
            // each request is sent by two clients at once, to the one gateway and to the other, until each has its answer
            var asking = requests.SelectMany(r => (Task<(string Key, IReadOnlyList<string> Ids)>[])
                [AddAsync(http, urls, 0, token, r.Key, r.First), AddAsync(http, urls, 1, token, r.Key, r.First)]).ToList();
            await Task.Delay(Random.Shared.Next(5, 120));
            await gateways[0]!.KillAsync();
            await gateways[0]!.DisposeAsync();
            (gateways[0], urls[0]) = await StartAsync(directory, cluster);
            (string Key, IReadOnlyList<string> Ids)[] answers;
            try
            {
                answers = await Task.WhenAll(asking);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(string.Join('\n', gateways.SelectMany(g => g!.Output)), e);
            }

            foreach (var (key, ids) in answers)
            {
                Assert.Equal(PerRequest, ids.Count);
                Assert.Equal(expected.TryGetValue(key, out var known) ? known : expected[key] = ids, ids);
            }
        }

        using var client = new CallsClient(urls[1], token);
        var total = (int)(await client.GetAsync(client.Calls)).Ok()["shortReport"]!["totalNumbers"]!;
        Assert.Equal(Rounds * Clients * PerRequest, total);
        Assert.Equal(total, expected.Values.SelectMany(i => i).Distinct(StringComparer.Ordinal).Count());

        // and both speak the whole API
        foreach (var url in urls)
        {
            using var other = new CallsClient(url, token);
            foreach (var check in Suite.All.Where(c => c.Item is "1" or "6" or "8"))
            {
                Assert.Null(await Suite.RunAsync(check, other));
            }
        }

    }

    private static async Task<(DialerProgram Program, Uri Url)> StartAsync(string directory, string[] cluster)
    {
        var program = DialerProgram.Start(directory, new Dictionary<string, string> { ["DIALER_ADMIN_KEY"] = AdminKey }, [.. cluster, "--urls", "http://127.0.0.1:0", "--Dialer:Gateway:RequestsPerSecond=0"]);
        var line = await program.UntilPrintedAsync("Orleans Dialer serves ", Limit);
        return (program, new Uri(line["Orleans Dialer serves ".Length..line.IndexOf(". Ctrl-C", StringComparison.Ordinal)]));
    }

    private static async Task<string> CampaignAsync(HttpClient http, Uri url)
    {
        var channel = await PostAsync(http, new Uri(url, "/api/v1/channels"), """{"name":"sim","kind":"simulated"}""");
        var campaign = await PostAsync(http, new Uri(url, "/api/v1/campaigns"), $$"""{"name":"pair","channelId":"{{channel["id"]}}","timeZone":"Europe/Moscow"}""");
        return (string)campaign["token"]!;
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, Uri address, string json)
    {
        using var answer = await http.PostAsync(address, new StringContent(json, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Asks until it is answered, in turn at both gateways.</summary>
    private static async Task<(string Key, IReadOnlyList<string> Ids)> AddAsync(HttpClient http, Uri[] urls, int first, string token, string key, long firstPhone)
    {
        var body = $"[{string.Join(',', Enumerable.Range(0, PerRequest).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"phone":"{{firstPhone + i}}"}""")))}]";
        var began = TimeProvider.System.GetTimestamp();
        for (var attempt = first; TimeProvider.System.GetElapsedTime(began) < Limit; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(urls[attempt % 2], $"/api/calls/campaign/{token}/addPhones"))
                {
                    Content = new StringContent(body, Encoding.UTF8, "application/json"),
                    Headers = { { "Idempotence-Key", key } },
                };
                using var answer = await http.SendAsync(request);
                if (answer.IsSuccessStatusCode)
                {
                    return (key, [.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(i => (string)i!)]);
                }

                Assert.True((int)answer.StatusCode == 503, await answer.Content.ReadAsStringAsync());
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // it died with the request in its hands
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("no gateway answered");
    }
}
