using Dialer.Campaigns;
using Dialer.Tests;

namespace Dialer.Benchmarks;

/// <summary>From the start command to the first call, on an imported list of a million rows (P37).</summary>
internal static class FirstCallBench
{
    public static async Task<(ICampaignGrain Campaign, TimeSpan Time)> RunAsync(DialerHost host, ListId list)
    {
        var channel = await host.CreateChannelAsync(BenchSettings.Answering(1000));
        var campaign = await host.CreateCampaignAsync(BenchSettings.Campaign(channel, 1, list));
        var began = TimeProvider.System.GetTimestamp();
        var started = await campaign.StartAsync("bench");
        if (!started.IsDone || started.Value.Counters.Total != BenchSettings.Million)
        {
            throw new InvalidOperationException($"total is {started.Value?.Counters.Total} at the start.");
        }

        await DialerHost.UntilAsync(campaign, p => p.Counters.Tries > 0, TimeSpan.FromMinutes(2), "the first call");
        return (campaign, TimeProvider.System.GetElapsedTime(began));
    }
}
