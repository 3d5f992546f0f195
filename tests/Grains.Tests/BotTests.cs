using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>A bot that is not there (P41): nobody is rung again and again to hear silence.</summary>
public class BotTests(Rigs rigs)
{
    private static readonly Scenario First = new() { SipBotUri = "sip:first@127.0.0.1:5999" };
    private static readonly Scenario Second = new() { SipBotUri = "sip:second@127.0.0.1:5999" };
    private static readonly Scenario Http = new() { HttpBotUrl = "http://127.0.0.1:5998/bot" };
    private static readonly TrunkHealth Gone = new(false, "nobody answers there");

    [Theory, BothEngines]
    public async Task NothingIsDialed_BeforeTheBotAnswersAProbe_ThenAtOnce_AndOthersDoNotWait_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Lines = 6, Scenario = First });
        var other = await rig.StageAsync(c => c with { Scenario = Second }, on: stage.ChannelId);
        var silent = await rig.StageAsync(c => c with { Scenario = Scenario.None }, on: stage.ChannelId);
        var released = 0L;
        stage.Trunk.OnBotProbe = uri => uri != First.SipBotUri || Volatile.Read(ref released) > 0 ? new TrunkHealth(true) : null;
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        await stage.StartAsync();
        var idle = await stage.UntilAsync(p => p.Idle?.Code == "scenario_down", "it waits for the probe");
        Assert.Equal((CampaignStatus.Running, true), (idle.Status, idle.Idle!.Text.Contains("probe", StringComparison.Ordinal)));

        // of another bot, and of none: called meanwhile, on all lines
        await other.AddAsync(10);
        await other.StartAsync();
        await silent.AddAsync(10);
        await silent.StartAsync();
        await other.UntilAsync(p => p.Counters.Answered == 10, "another bot's campaign goes on");
        await silent.UntilAsync(p => p.Counters.Answered == 10, "a campaign without a bot goes on");
        Assert.DoesNotContain(stage.Trunk.Calls, c => c.Campaign == stage.Id);

        await Until.TrueAsync(() => stage.Trunk.BotProbes.Any(p => p.Uri == First.SipBotUri), "the bot is being probed");
        var at = TimeProvider.System.GetTimestamp();
        Volatile.Write(ref released, at);
        await stage.UntilAsync(p => p.Counters.Answered == 3, "the numbers are called once the bot is there");
        var first = stage.Trunk.Calls.Where(c => c.Campaign == stage.Id).Min(c => c.DialedTicks);
        var probe = Math.Max(at, stage.Trunk.BotProbes.Last(p => p.Uri == First.SipBotUri && p.Ticks <= first).Ticks);
        Assert.True(TimeProvider.System.GetElapsedTime(probe, first) < TimeSpan.FromSeconds(1.5), "dialing began late after the probe");
    }

    [Theory, BothEngines]
    public async Task ThreeInARow_PauseTheCampaign_AndAResumeIsRefusedUntilTheBotAnswers_P13_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        stage.Trunk.OnDial = c =>
        {
            // from the third on the bot answers no probe either
            stage.Trunk.OnBotProbe = _ => stage.Trunk.Calls.Count < 3 ? new TrunkHealth(true) : Gone;
            c.FailBot();
        };
        await stage.AddAsync(10);
        await stage.StartAsync();

        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal((PauseCodes.ScenarioDown, "3 answered calls in a row found no bot"), (cause.Code, cause.Evidence));

        var refused = await stage.Campaign.ResumeAsync("test");
        Assert.False(refused.IsDone);
        Assert.Equal(PauseCodes.ScenarioDown, refused.Refusal.Code);
        Assert.DoesNotContain("resume", (await stage.ViewAsync()).AllowedActions);

        // another campaign of the same bot may not start either
        var next = await rig.StageAsync(on: stage.ChannelId);
        await next.AddAsync(1);
        Assert.Equal(PauseCodes.ScenarioDown, (await next.Campaign.StartAsync("test")).Refusal.Code);
        Assert.Equal(3, stage.Trunk.Calls.Count);

        stage.Trunk.OnBotProbe = _ => new TrunkHealth(true);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Final == 10, "the rest is called");
        Assert.Equal((3, 7), ((await stage.JobsAsync()).Count(j => j.Result == JobResult.BotFailed), (await stage.ViewAsync()).Counters.Answered));
        Assert.Equal(10, stage.Trunk.Calls.Count);
        await next.StartAsync();
        await next.UntilAsync(p => p.Counters.Answered == 1, "the other starts too");
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task MoreThanThreeOfTheLast_PauseAllCampaignsOfTheBot_ButNoOthers_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = Http });
        var second = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, on: first.ChannelId);
        var other = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Scenario = Second }, on: first.ChannelId);
        first.Trunk.OnDial = c =>
        {
            if (c.Campaign == first.Id && first.Trunk.Calls.Count(f => f.Campaign == first.Id) % 2 == 1)
            {
                c.FailBot();
            }
            else
            {
                c.Reach();
            }
        };
        await first.AddAsync(30);
        await first.StartAsync();
        var paused = await first.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        Assert.Equal("4 of the last 7 answered calls found no bot", Assert.Single(paused.PauseCauses).Evidence);
        Assert.Equal(7, first.Trunk.Calls.Count);

        // a bot that is not probed is taken to be mended: whether it is so, the person knows who resumes
        await first.UntilAsync(p => p.PauseCauses.Count == 0, "the cause is lifted");
        Assert.Contains("resume", (await first.ViewAsync()).AllowedActions);
        Assert.Equal(7, first.Trunk.Calls.Count);

        await other.AddAsync(5);
        await other.StartAsync();
        await other.UntilAsync(p => p.Counters.Answered == 5, "another bot's campaign goes on");
        await second.AddAsync(5);
        await second.StartAsync();
        await second.UntilAsync(p => p.Counters.Answered == 5, "whoever starts has the bot judged anew");
        Assert.Equal(CampaignStatus.Paused, (await first.ViewAsync()).Status);
    }

    [Theory, BothEngines]
    public async Task RunningCampaigns_OfABotThatIsDown_PauseBeforeTheirFirstCall_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        var idle = await rig.StageAsync(on: first.ChannelId);
        await idle.StartAsync();
        first.Trunk.OnDial = c => c.FailBot();
        await first.AddAsync(5);
        await first.StartAsync();
        await first.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        await first.UntilAsync(p => p.PauseCauses.Count == 0, "the bot answers probes, so the cause is lifted");

        // nobody has resumed: the calls that it failed are not forgotten
        await idle.AddAsync(5);
        await idle.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses as its numbers are due");
        Assert.Equal(3, first.Trunk.Calls.Count);

        first.Trunk.OnDial = c => c.Reach();
        await idle.UntilAsync(p => p.PauseCauses.Count == 0, "its cause is lifted too");
        await idle.ResumeAsync();
        await idle.UntilAsync(p => p.Counters.Answered == 5, "a resume lets it dial");
    }

    [Theory, BothEngines]
    public async Task ThreeLostProbes_PauseTheCampaign_NobodyIsCalled_AndTheCauseIsLiftedWhenItAnswers_P12_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Scenario = First });
        stage.Trunk.OnBotProbe = _ => Gone;
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal((PauseCodes.ScenarioDown, "3 probes in a row were lost (nobody answers there)"), (cause.Code, cause.Evidence));
        var seconds = stage.Trunk.BotProbes.Zip(stage.Trunk.BotProbes.Skip(1), (a, b) => TimeProvider.System.GetElapsedTime(a.Ticks, b.Ticks).TotalSeconds);
        Assert.All(seconds.Skip(1), s => Assert.InRange(s, 4.9, 15));

        // kept beside other causes (P12)
        await stage.Campaign.SetCauseAsync(new PauseCause(PauseCodes.TelephonyMinutes, "no minutes", rig.Now), holds: true);
        var refused = await stage.Campaign.ResumeAsync("test");
        Assert.Equal([PauseCodes.ScenarioDown, PauseCodes.TelephonyMinutes], refused.Refusals.Select(r => r.Code).Order());
        await stage.Campaign.SetCauseAsync(new PauseCause(PauseCodes.TelephonyMinutes, "", rig.Now), holds: false);

        stage.Trunk.OnBotProbe = _ => new TrunkHealth(true);
        await stage.UntilAsync(p => p.PauseCauses.Count == 0, "a probe lifts the cause");
        Assert.Empty(stage.Trunk.Calls);
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 3, "all are called");
    }

    [Theory, BothEngines]
    public async Task AnotherBotInForce_HoldsNoLonger_P15_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var own = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Scenario = First });
        var byChannel = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        foreach (var stage in new[] { own, byChannel })
        {
            stage.Trunk.OnDial = c =>
            {
                stage.Trunk.OnBotProbe = uri => uri == First.SipBotUri ? Gone : new TrunkHealth(true);
                c.FailBot();
            };
            await stage.AddAsync(5);
            await stage.StartAsync();
            await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Count == 1, "it pauses by itself");
            stage.Trunk.OnDial = c => c.Reach();
        }

        Assert.Empty((await own.EditAsync(c => c with { Scenario = Second })).PauseCauses);
        await own.ResumeAsync();
        await own.UntilAsync(p => p.Counters.Final == 5, "the other bot takes the calls");

        var channel = (await byChannel.Channel.GetAsync())!;
        Assert.True((await byChannel.Channel.EditAsync(channel.Settings with { Scenario = Second }, channel.Version)).IsDone);
        await byChannel.ResumeAsync();
        await byChannel.UntilAsync(p => p.Counters.Final == 5, "the channel's other bot takes the calls");
        Assert.Equal((5, 5), (own.Trunk.Calls.Count, byChannel.Trunk.Calls.Count));
    }

    [Theory, BothEngines]
    public async Task FailuresOfCallsDialedBeforeTheResume_DoNotPauseItAgain_P13_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 8 }, c => c with { Scenario = First });
        await stage.AddAsync(16);
        await stage.StartAsync();
        var old = await stage.Trunk.UntilLiveAsync(8, "the cap is full");
        foreach (var call in old.Take(3))
        {
            call.FailBot();
        }

        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        await stage.ResumeAsync();
        await stage.Trunk.UntilLiveAsync(8, "new calls beside the old");
        foreach (var call in old.Skip(3))
        {
            call.FailBot();
        }

        stage.Trunk.OnDial = c => c.Reach();
        foreach (var call in stage.Trunk.Live)
        {
            call.Reach();
        }

        var done = await stage.UntilAsync(p => p.Counters.Final == 16, "the rest is called");
        Assert.Equal((CampaignStatus.Running, 8), (done.Status, done.Counters.Answered));
    }

    [Theory, BothEngines]
    public async Task AfterARestart_TheCauseHolds_AndAProbeComesBeforeTheFirstCall_P41(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var held = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        var running = await rig.StageAsync(c => c with { Scenario = Second }, on: held.ChannelId);
        held.Trunk.OnDial = c => c.FailBot();
        await running.StartAsync();
        await held.AddAsync(5);
        await held.StartAsync();
        await held.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        held.Trunk.OnBotProbe = _ => Gone;

        await rig.RestartAsync();
        held.Trunk.OnDial = c => c.Reach();
        (held, running) = (held.Again(), running.Again());
        Assert.Equal(PauseCodes.ScenarioDown, (await held.Campaign.ResumeAsync("test")).Refusal.Code);
        await running.AddAsync(2);
        await running.UntilAsync(p => p.Idle?.Code == "scenario_down", "it waits for the probe");
        Assert.Equal(3, held.Trunk.Calls.Count);

        held.Trunk.OnBotProbe = _ => new TrunkHealth(true);
        await held.ResumeAsync();
        await held.UntilAsync(p => p.Counters.Final == 5, "the rest is called");
        await running.UntilAsync(p => p.Counters.Answered == 2, "the other is called");
    }
}
