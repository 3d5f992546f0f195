using System.Net;
using Dialer.Access;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Access;

/// <summary>P52: a key has its own share of requests, and nobody guesses keys at the sign-in.</summary>
public class RateTests(Rigs rigs)
{
    [Fact]
    public async Task KeyInALoop_IsSlowedDown_AndNobodyElse_P52()
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var rig = await GatewayRig.StartAsync(storage, new DialerOptions
        {
            Storage = storage.Engine,
            ShutdownSeconds = 0,
            DataDirectory = storage.DataDirectory,
            Gateway = new GatewayOptions { RequestsPerSecond = 5, CallsRequestsPerSecond = 5 },
        });
        using var greedy = await rig.ClientAsync(AccessRole.Viewer);
        using var other = await rig.ClientAsync(AccessRole.Viewer);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => greedy.GetAsync("/api/v1/campaigns")));
        Assert.InRange(answers.Count(a => a.StatusCode == HttpStatusCode.OK), 10, 25);
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        await Task.FromResult(refused).ProblemAsync(HttpStatusCode.TooManyRequests, "too_many_requests");
        await other.GetAsync("/api/v1/campaigns").JsonAsync();

        var campaign = await rig.CampaignAsync();
        var calls = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => other.GetAsync($"/api/calls/campaign/{campaign.Token}/status")));
        Assert.InRange(calls.Count(a => a.StatusCode == HttpStatusCode.OK), 5, 30);
    }

    [Fact]
    public async Task CallsApi_HasNoLimit_UnlessAnOperatorSetsOne()
    {
        var rig = await rigs.GetAsync();
        var campaign = await rig.CampaignAsync();
        using var client = await rig.ClientAsync(null);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => client.GetAsync($"/api/calls/campaign/{campaign.Token}/status")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
    }
}
