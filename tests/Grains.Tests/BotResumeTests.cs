using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>What brings back a campaign whose bot was not there, and what does not (P13, P15, P41).</summary>
public class BotResumeTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task ThreeInARow_PauseTheCampaign_AndAResumeIsRefusedUntilTheBotAnswers_P13_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = BotTests.First });
        stage.Trunk.OnDial = c =>
        {
            // from the third on the bot answers no probe either
            stage.Trunk.OnBotProbe = _ => stage.Trunk.Calls.Count < 3 ? new TrunkHealth(true) : BotTests.Gone;
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
    public async Task AnotherBotInForce_HoldsNoLonger_P15_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var own = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Scenario = BotTests.First });
        var byChannel = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = BotTests.First });
        foreach (var stage in new[] { own, byChannel })
        {
            stage.Trunk.OnDial = c =>
            {
                stage.Trunk.OnBotProbe = uri => uri == BotTests.First.SipBotUri ? BotTests.Gone : new TrunkHealth(true);
                c.FailBot();
            };
            await stage.AddAsync(5);
            await stage.StartAsync();
            await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Count == 1, "it pauses by itself");
            stage.Trunk.OnDial = c => c.Reach();
        }

        Assert.Empty((await own.EditAsync(c => c with { Scenario = BotTests.Second })).PauseCauses);
        await own.ResumeAsync();
        await own.UntilAsync(p => p.Counters.Final == 5, "the other bot takes the calls");

        var channel = (await byChannel.Channel.GetAsync())!;
        Assert.True((await byChannel.Channel.EditAsync(channel.Settings with { Scenario = BotTests.Second }, channel.Version)).IsDone);
        await byChannel.ResumeAsync();
        await byChannel.UntilAsync(p => p.Counters.Final == 5, "the channel's other bot takes the calls");
        Assert.Equal((5, 5), (own.Trunk.Calls.Count, byChannel.Trunk.Calls.Count));
    }

    [Theory, BothEngines]
    public async Task FailuresOfCallsDialedBeforeTheResume_DoNotPauseItAgain_P13_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 8 }, c => c with { Scenario = BotTests.First });
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
        var held = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = BotTests.First });
        var running = await rig.StageAsync(c => c with { Scenario = BotTests.Second }, on: held.ChannelId);
        held.Trunk.OnDial = c => c.FailBot();
        await running.StartAsync();
        await held.AddAsync(5);
        await held.StartAsync();
        await held.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        held.Trunk.OnBotProbe = _ => BotTests.Gone;

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
