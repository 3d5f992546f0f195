using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Silo.Storage;

namespace Dialer.Tests;

public class SmokeTests(Rigs rigs)
{
    [Theory]
    [BothEngines]
    public async Task Campaign_CallsEveryNumber(StorageEngine engine)
    {
        await using var host = await DialerHost.StartAsync(await rigs.Engines.NewAsync(engine));
        var channel = await host.CreateChannelAsync(new ChannelSettings
        {
            Name = "sim",
            Kind = ChannelKind.Simulated,
            Lines = 500,
            Simulated = new SimulatedSettings { Answer = 1, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0, RingSeconds = new(0, 0), TalkSeconds = new(0, 0) },
        });
        var campaign = await host.CreateCampaignAsync(new CampaignSettings
        {
            Name = "smoke",
            Channel = channel,
            MaxSimultaneousCalls = 300,
            TimeZone = "Europe/Moscow",
            CallingWindows = WeeklyHours.Always,
        });
        var n = 5000;
        await host.AddAsync(campaign, Enumerable.Range(0, n).Select(i => 79001000000 + i));
        var t = TimeProvider.System.GetTimestamp();
        Assert.True((await campaign.StartAsync("test")).IsDone);
        var progress = await DialerHost.UntilAsync(campaign, p => p.Counters.Final == n, TimeSpan.FromSeconds(60), "all final");
        Console.WriteLine($"{engine}: {n / TimeProvider.System.GetElapsedTime(t).TotalSeconds:0} tries/s");
        Assert.Equal(n, progress.Counters.Answered);
        Assert.Equal(0, progress.Counters.Live);
    }
}
