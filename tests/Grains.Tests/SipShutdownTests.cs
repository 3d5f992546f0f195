using System.Diagnostics;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Reports;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests.Sip;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests;

/// <summary>The polite end of a silo with calls over SIP, by the far side's own count: what rings is let go, who talks may go on for a while.</summary>
public class SipShutdownTests(Rigs rigs)
{
    private const int TalkSeconds = 3;

    [Theory, BothEngines]
    public async Task EndOfTheSilo_CancelsWhatRings_WaitsForTalks_ThenHangsUp_AndEveryResultIsStored_P30_P61(StorageEngine engine)
    {
        using var far = new FarEnd();
        var storage = await rigs.Engines.NewAsync(engine);
        var host = await DialerHost.StartAsync(storage, new DialerOptions { Storage = engine, ShutdownSeconds = TalkSeconds });
        var phones = Rig.Phones(6);
        foreach (var phone in phones)
        {
            far.Expect(phone, phone % 2 == 0 ? new Habit(0, TimeSpan.Zero) : new Habit(200, TimeSpan.Zero));
        }

        var channel = await host.CreateChannelAsync(new ChannelSettings
        {
            Name = "trunk",
            Kind = ChannelKind.Sip,
            Lines = 6,
            Sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port },
        });
        var campaign = await host.CreateCampaignAsync(new CampaignSettings
        {
            Name = "shutdown",
            Channel = channel,
            MaxSimultaneousCalls = 6,
            CallingWindows = WeeklyHours.Always,
            UseSubscriberLocalTime = false,
            TimeZone = "Europe/Moscow",
            OuterHoursException = "a test",
            AllowSilence = true,
            Attempts = new AttemptPolicy { Initial = 1, PauseMinutes = 30 },
        });
        // more numbers than lines: none of those may follow while the silo ends
        await host.AddAsync(campaign, [.. phones, .. Rig.Phones(4)]);
        Assert.True((await campaign.StartAsync("test")).IsDone);
        await Until.TrueAsync(() => far.Talking == 3 && far.Live == 6, "three ring and three talk");

        var began = Stopwatch.GetTimestamp();
        var stopping = host.DisposeAsync().AsTask();
        await Until.TrueAsync(() => far.Cancelled == 3, "what rang is let go", TimeSpan.FromSeconds(2));
        Assert.Equal((3, 0), (far.Talking, far.HungUp));
        await stopping;
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(TalkSeconds), "talks were not waited for");
        Assert.Equal((6, 0, 3, 3), (far.Calls, far.Live, far.Cancelled, far.HungUp));

        // what the silo knew is stored: the next start finds nothing to settle, who talked has been reached, who was let go waits unspent
        await using var next = await DialerHost.StartAsync(storage);
        var jobs = await next.Services.GetRequiredService<IDialerQueries>().ReadJobsAsync(new CampaignId(campaign.GetPrimaryKeyLong()), default, 100);
        Assert.Equal(3, jobs.Count(j => j is { Status: JobStatus.Final, Result: JobResult.Reached }));
        Assert.Equal(7, jobs.Count(j => j is { Status: JobStatus.Waiting or JobStatus.Live, Attempts: 0 }));
    }
}
