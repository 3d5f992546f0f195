using System.Diagnostics;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Intake;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests.Sip;

namespace Dialer.Tests;

/// <summary>A SIP trunk under the engine, by the far side's own count (P12, P39, P42, P43, P61, I1).</summary>
public class SipTrunkTests(Rigs rigs)
{
    private static readonly Habit Talks = new(200, TimeSpan.FromMilliseconds(20));
    private static readonly Habit HangsUp = new(200, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100));

    [Theory, BothEngines]
    public async Task LinesAndRate_HoldOverAllCampaigns_InAnyRollingSecond_P39_P43_I1(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = HangsUp };
        var rig = await rigs.GetAsync(engine);
        var first = await StageAsync(rig, far, c => c with { Lines = 8, CallsPerSecond = 25 });
        var second = await rig.StageAsync(Any, on: first.ChannelId);
        await first.AddAsync(60);
        await second.AddAsync(60);
        await first.StartAsync();
        await second.StartAsync();
        await first.UntilAsync(p => p.Counters.Answered == 60, "all of the first are answered", TimeSpan.FromSeconds(40));
        await second.UntilAsync(p => p.Counters.Answered == 60, "all of the second are answered", TimeSpan.FromSeconds(40));
        Assert.Equal(120, far.Calls);
        Assert.InRange(far.MostLive, 1, 8);
        var starts = far.Starts.Order().ToList();
        // the clock of the far side has a grain of some milliseconds
        Assert.All(starts, s => Assert.InRange(starts.Count(t => t >= s && t < s + 980), 1, 25));
    }

    [Theory, BothEngines]
    public async Task StopNow_EndsRingingAndTalkingCallsWithinTwoSeconds_P61(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = Talks };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, far, c => c with { Lines = 12 });
        var phones = await stage.AddAsync(12);
        foreach (var phone in phones.Where(p => p % 2 == 0))
        {
            far.Expect(phone, new Habit(0, TimeSpan.Zero));
        }

        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Live == 12, "all ring or talk");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var began = Stopwatch.GetTimestamp();
        await stage.Campaign.StopNowAsync("test");
        await Until.TrueAsync(() => far.Live == 0, "nobody is called any more");
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2), $"it took {Stopwatch.GetElapsedTime(began)}");
        Assert.Equal((6, 6), (far.Cancelled, far.HungUp));
    }

    [Theory, BothEngines]
    public async Task TrunkThatRefusesEverybody_OpensTheBreaker_AndIsBackWhenItTakesCalls_P42(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = new Habit(503, TimeSpan.Zero) };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, far, campaign: c => c with { MaxSimultaneousCalls = 1 });
        await stage.AddAsync(20);
        await stage.StartAsync();
        var down = await stage.UntilAsync(p => p.Idle?.Code == "channel_down", "the breaker is open");
        Assert.Equal(CampaignStatus.Running, down.Status);
        Assert.InRange(far.Calls, 5, 9);
        Assert.Contains("503", down.Channel!.Evidence, StringComparison.Ordinal);

        far.Usual = HangsUp;
        // those that failed with the trunk rest for a minute at least
        await stage.UntilAsync(p => p.Counters.Answered >= 9, "it dials again", TimeSpan.FromSeconds(40));
    }

    [Theory, BothEngines]
    public async Task TrunkWithoutFunds_OrWithACodeThatMeansIt_PausesTheCampaign_NothingSpent_P46(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        foreach (var (status, outcomes) in new[] { (402, (string?)null), (403, "403=noFunds") })
        {
            using var far = new FarEnd { Usual = new Habit(status, TimeSpan.FromMilliseconds(50)) };
            var stage = await StageAsync(rig, far, c => c with { Sip = c.Sip! with { Outcomes = outcomes } });
            await stage.AddAsync(40);
            await stage.StartAsync();
            var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.Counters.Live == 0, "it is paused");
            var cause = Assert.Single(paused.PauseCauses);
            Assert.Equal((PauseCodes.TelephonyMinutes, true), (cause.Code, cause.IsTrunkFunds));
            Assert.Contains($"the trunk answered {status}", cause.Evidence, StringComparison.Ordinal);
            Assert.Equal((0, 0), (paused.Counters.Attempts, paused.Counters.Backoff));
            Assert.InRange(far.Calls, 1, 20);
        }
    }

    [Theory, BothEngines]
    public async Task EverybodyNonexistent_PausesTheCampaign_AsAWrongPrefixWould_P12(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = new Habit(404, TimeSpan.Zero) };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, far);
        await stage.AddAsync(200);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it is paused");
        Assert.Contains(paused.PauseCauses, c => c.Code == PauseCodes.SuspiciousOutcomes);
        Assert.InRange(far.Calls, 20, 40);
    }

    [Theory, BothEngines]
    public async Task LinesLoweredLive_CutNoCall_AndHoldAtOnce_P61(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = Talks };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, far, c => c with { Lines = 6 });
        await stage.AddAsync(40);
        await stage.StartAsync();
        await Until.TrueAsync(() => far.Talking == 6, "all lines are in use");
        var channel = (await stage.Channel.GetAsync())!;
        Assert.True((await stage.Channel.EditAsync(channel.Settings with { Lines = 2 }, channel.Version)).IsDone);
        Assert.Equal(6, far.Live);
        var called = far.Calls;
        far.HangUpAll();
        await Until.TrueAsync(() => far.Talking == 2, "two lines are in use again");
        Assert.True(far.Calls >= called + 2);
        far.Usual = HangsUp;
        far.ForgetMostLive();
        far.HangUpAll();
        await stage.UntilAsync(p => p.Counters.Answered == 40, "all are done", TimeSpan.FromSeconds(40));
        Assert.InRange(far.MostLive, 1, 2);
    }

    [Theory, BothEngines]
    public async Task NumbersThatTheTrunkMayNotCall_EndWhileTheListIsLoaded_LongBeforeTheyAreDue_P39_P37(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = Talks };
        var rig = await rigs.GetAsync(engine);
        const string premium = "78099000001";
        const string abroad = "375291234567";
        var callable = Rig.Phones(3);
        var list = await rig.ImportAsync("phone\n" + string.Join('\n', callable.Select(p => $"{p}")) + $"\n{premium}\n{abroad}\n");
        var stage = await StageAsync(rig, far, campaign: c => c with { List = list, MaxSimultaneousCalls = 1 });
        await stage.StartAsync();

        // the only line is taken by a talk: nothing behind it has come due
        var loaded = await stage.UntilAsync(p => p.Counters.RejectedAtLoad == 2, "both are refused");
        Assert.Equal((5, 5, 2, 2, 0), (loaded.Counters.Total, loaded.Counters.Loaded, loaded.Counters.Final, loaded.Counters.NotDone, loaded.Counters.Attempts));
        var jobs = (await stage.JobsAsync()).Where(j => j.Status == JobStatus.Final).ToList();
        Assert.Equal([premium, abroad], jobs.Select(j => j.Phone.Digits));
        Assert.All(jobs, j => Assert.Equal((JobResult.NotDone, EndReason.DestinationNotAllowed), (j.Result, j.EndReason)));
        await Until.TrueAsync(() => far.Talking == 1, "the first talks");
        far.Usual = HangsUp;
        far.HangUpAll();
        await stage.UntilAsync(p => p.Counters.Answered == 3, "the others are called");
        Assert.Equal(3, far.Calls);
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task NumbersThatTheTrunkMayNotCall_AreNotTaken_EachNamed_P39(StorageEngine engine)
    {
        using var far = new FarEnd { Usual = HangsUp };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, far);
        var intake = rig.Get<IJobIntake>();
        NewJob[] jobs = [new() { Phone = new(79161234567) }, new() { Phone = new(375291234567) }, new() { Phone = new(78099000001) }];
        var refused = await intake.AddAsync(stage.Id, jobs, null);
        Assert.Equal(
            [("destination_not_allowed", "[1].phone"), ("destination_not_allowed", "[2].phone")],
            refused.Refusals.Select(r => (r.Code, r.Field)));
        Assert.Equal(0, (await stage.ViewAsync()).Counters.Total);

        // named, they are taken
        var channel = (await stage.Channel.GetAsync())!;
        var named = channel.Settings with { Sip = channel.Settings.Sip! with { DestinationPrefixes = "7,375" } };
        Assert.True((await stage.Channel.EditAsync(named, channel.Version)).IsDone);
        Assert.True((await intake.AddAsync(stage.Id, jobs, null)).IsDone);
        Assert.Equal(3, (await stage.ViewAsync()).Counters.Total);
    }

    private static CampaignSettings Any(CampaignSettings settings) => settings with
    {
        MaxSimultaneousCalls = 20,
        AllowSilence = true,
        OuterHoursException = "a test",
    };

    private static Task<Stage> StageAsync(
        Rig rig, FarEnd far, Func<ChannelSettings, ChannelSettings>? channel = null, Func<CampaignSettings, CampaignSettings>? campaign = null)
    {
        var sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port };
        return rig.StageAsync(
            c => campaign?.Invoke(Any(c)) ?? Any(c),
            c => channel?.Invoke(c with { Kind = ChannelKind.Sip, Sip = sip }) ?? c with { Kind = ChannelKind.Sip, Sip = sip });
    }
}
