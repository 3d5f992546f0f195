using Dialer.Campaigns;
using Dialer.Tests;

namespace Dialer.Benchmarks;

/// <summary>CPU per try while ten thousand numbers are called: out of a list of so many, or out of a million (I7).</summary>
internal static class CpuBench
{
    public const int Tries = 10_000;
    private const int Cap = 300;

    public readonly record struct Cost(double OwnMicros, double ServerMicros);

    /// <summary>A campaign of just these numbers, called to the end.</summary>
    public static async Task<Cost> SmallAsync(DialerHost host, int round)
    {
        var channel = await host.CreateChannelAsync(BenchSettings.Answering(1000));
        var campaign = await host.CreateCampaignAsync(BenchSettings.Campaign(channel, Cap));
        await host.AddAsync(campaign, Enumerable.Range(0, Tries).Select(n => 79_020_000_000 + (round * 1_000_000) + n));
        return await MeasureAsync(campaign, () => campaign.StartAsync("bench"));
    }

    /// <summary>The next numbers of a paused campaign that has hundreds of thousands more.</summary>
    public static Task<Cost> LargeAsync(ICampaignGrain campaign) => MeasureAsync(campaign, () => campaign.ResumeAsync("bench"));

    /// <summary>Lets the paused campaign of a million call as many at once as the small one.</summary>
    public static async Task WidenAsync(ICampaignGrain campaign)
    {
        await campaign.PauseAsync("bench");
        var view = (await campaign.GetAsync())!;
        await campaign.EditAsync(view.Settings with { MaxSimultaneousCalls = Cap }, UnixTime.None, view.SettingsVersion, "bench");
    }

    private static async Task<Cost> MeasureAsync(ICampaignGrain campaign, Func<Task> start)
    {
        var before = (await campaign.ProgressAsync())!.Counters.Tries;
        var (own, server) = (ProcessCpu.Own(), ProcessCpu.Of("postgres"));
        await start();
        await DialerHost.UntilAsync(campaign, p => p.Counters.Tries - before >= Tries, TimeSpan.FromMinutes(2), "ten thousand tries");
        await campaign.PauseAsync("bench");
        var after = await DialerHost.UntilAsync(campaign, p => p.Counters.Live == 0, TimeSpan.FromMinutes(1), "no live call");
        var tries = after.Counters.Tries - before;
        return new Cost((ProcessCpu.Own() - own).TotalMicroseconds / tries, (ProcessCpu.Of("postgres") - server).TotalMicroseconds / tries);
    }
}
