using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Grains.Channels;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>Channels on a real silo: breaker (P42), shared lines and rate (P39, P43), stop now (P61).</summary>
public class ChannelTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task DeadTrunk_OpensTheBreaker_NoStreakGrows_AndProbesBringItBack_P42(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 });
        stage.Trunk.IsUp = false;
        await stage.AddAsync(30);
        await stage.StartAsync();

        var down = await stage.UntilAsync(p => p.Idle?.Code == "channel_down", "the breaker is open");
        Assert.Equal((CampaignStatus.Running, BreakerState.Open), (down.Status, down.Channel!.Breaker));
        var dialed = stage.Trunk.Calls.Count;
        Assert.InRange(dialed, 5, 8);

        // errors before it opened are the numbers' own (P8); from then on none of them pays
        await stage.UntilAsync(p => p.Counters.Live == 0, "no call is left");
        Assert.InRange((await stage.ViewAsync()).Counters.Backoff, 1, 4);
        var tried = stage.Trunk.Calls.Select(c => c.Phone).ToHashSet();

        stage.Trunk.OnDial = c => c.Reach();
        stage.Trunk.IsUp = true;
        await stage.UntilAsync(p => p.Counters.Answered == 30 - tried.Count, "probes brought it back");

        // those that met the dead trunk rest, so that the trials are others'
        var resting = (await stage.JobsAsync()).Where(j => j.Status != JobStatus.Final).ToList();
        Assert.Equal(tried.Order(), resting.Select(j => j.Phone.Value).Order());
        Assert.All(resting, j => Assert.True(j.NextAt >= stage.Trunk.CallsTo(j.Phone.Value)[^1].DialedAt + TimeSpan.FromSeconds(59), $"due at {j.NextAt}"));
        Assert.Equal(BreakerState.Closed, (await stage.Channel.GetAsync())!.Health.Breaker);
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task BreakerOff_P8AloneRules_P42(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Breaker = false });
        stage.Trunk.IsUp = false;
        await stage.AddAsync(12);
        await stage.StartAsync();

        var all = await stage.UntilAsync(p => p.Counters.Backoff == 12, "every number has met its own error");

        Assert.Equal(12, stage.Trunk.Calls.Count);
        await stage.UntilAsync(p => p.Idle?.Code == "error_backoff", "nothing to do but wait");
        Assert.Equal((0, 12), (all.Counters.Attempts, all.Counters.TechnicalFailures));
    }

    [Theory, BothEngines]
    public async Task TwoCampaigns_ShareTheLines_AndNeitherStarves_P43(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 20 }, c => c with { Lines = 6 });
        var second = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 20 }, on: first.ChannelId);
        await first.AddAsync(100);
        await second.AddAsync(100);
        await first.StartAsync();
        await first.Trunk.UntilLiveAsync(6, "all lines are the first's");
        await second.StartAsync();
        Assert.Equal("channel_lines", (await second.UntilAsync(p => p.Idle?.Code == "channel_lines", "no line is free")).Idle!.Code);

        // as lines come back they go to the one that has fewer, until both have half
        for (var ended = 0; first.Trunk.Live.Count(c => c.Campaign == second.Id) < 3; ended++)
        {
            Assert.True(ended < 12, "the second campaign starves");
            var before = first.Trunk.Calls.Count;
            first.Trunk.Live.First(c => c.Campaign == first.Id).End();
            await Until.TrueAsync(() => first.Trunk.Calls.Count > before, "the free line is used");
        }

        first.Trunk.OnDial = c => c.Reach();
        foreach (var call in first.Trunk.Live)
        {
            call.Reach();
        }

        // a line that comes back is used within moments, not at the next look of a second
        await first.UntilAsync(p => p.Counters.Final == 100, "the first is done", TimeSpan.FromSeconds(15));
        await second.UntilAsync(p => p.Counters.Final == 100, "the second is done", TimeSpan.FromSeconds(15));
        Assert.InRange(first.Trunk.MostLive, 1, 6);
    }

    [Theory, BothEngines]
    public async Task CallsPerSecond_HoldInAnyRollingSecond_OverAllCampaigns_P39(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(channel: c => c with { CallsPerSecond = 10 });
        var second = await rig.StageAsync(on: first.ChannelId);
        first.Trunk.OnDial = c => c.Reach();
        await first.AddAsync(20);
        await second.AddAsync(20);
        await first.StartAsync();
        await second.StartAsync();
        await first.UntilAsync(p => p.Counters.Final == 20, "the first is done");
        await second.UntilAsync(p => p.Counters.Final == 20, "the second is done");

        var starts = first.Trunk.Calls.Select(c => c.DialedTicks).Order().ToList();
        for (var i = 10; i < starts.Count; i++)
        {
            var apart = TimeProvider.System.GetElapsedTime(starts[i - 10], starts[i]);
            Assert.True(apart >= TimeSpan.FromMilliseconds(990), $"11 starts within {apart.TotalMilliseconds:0} ms");
        }
    }

    [Theory, BothEngines]
    public async Task LinesLoweredLive_CutNoCall_AndHoldFromThen_P61(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 20 }, c => c with { Lines = 6 });
        await stage.AddAsync(20);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(6, "all lines are in use");

        var view = (await stage.Channel.GetAsync())!;
        Assert.True((await stage.Channel.EditAsync(view.Settings with { Lines = 2 }, view.Version)).IsDone);
        foreach (var call in live.Take(4))
        {
            call.End();
            await stage.UntilAsync(p => p.Counters.Live == stage.Trunk.Live.Count, "its end is stored");
            Assert.Equal(6, stage.Trunk.Calls.Count);
        }

        live[4].End();
        await Until.TrueAsync(() => stage.Trunk.Calls.Count == 7, "one starts when fewer than two are live");
        Assert.Equal(2, stage.Trunk.Live.Count);
        Assert.Equal("version_conflict", (await stage.Channel.EditAsync(view.Settings, view.Version)).Refusal.Code);
    }

    [Theory, BothEngines]
    public async Task StopNowOfACampaign_EndsRingingAndTalkingCalls_Within2s_P61(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 6, Attempts = new AttemptPolicy { Initial = 2 } });
        var neighbour = await rig.StageAsync(on: stage.ChannelId);
        await neighbour.AddAsync(1);
        await neighbour.StartAsync();
        await stage.Trunk.UntilLiveAsync(1, "the neighbour's call");
        await stage.AddAsync(30);
        await stage.StartAsync();
        var live = (await stage.Trunk.UntilLiveAsync(7, "the cap is full")).Where(c => c.Campaign == stage.Id).ToList();
        live[0].Answer();
        live[1].Answer();

        var began = TimeProvider.System.GetTimestamp();
        Assert.True((await stage.Campaign.StopNowAsync("test")).IsDone);
        await Until.TrueAsync(() => live.All(c => c.HasEnded), "its calls are over");
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "later than 2 s");

        Assert.All(live, c => Assert.Equal(HangUpReason.Stop, c.HungUpFor));
        Assert.Single(stage.Trunk.Live);
        var stopped = await stage.UntilAsync(p => p.Counters.Live == 0, "their ends are stored");
        Assert.Equal((CampaignStatus.Paused, 2, 28), (stopped.Status, stopped.Counters.Answered, stopped.Counters.Waiting));
        Assert.Equal(2, stopped.Counters.Attempts);
    }

    [Theory, BothEngines]
    public async Task StopNowOfAChannel_PausesItsCampaigns_AndEndsTheirCalls_Within2s_P61(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 5 });
        var second = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 5 }, on: first.ChannelId);
        var elsewhere = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 });
        foreach (var stage in new[] { first, second, elsewhere })
        {
            await stage.AddAsync(20);
            await stage.StartAsync();
        }

        var live = await first.Trunk.UntilLiveAsync(10, "both caps are full");
        await elsewhere.Trunk.UntilLiveAsync(1, "another channel's call");
        live[3].Answer();

        var began = TimeProvider.System.GetTimestamp();
        await first.Channel.StopNowAsync();
        await Until.TrueAsync(() => first.Trunk.Live.Count == 0, "its calls are over");
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "later than 2 s");

        Assert.Equal(CampaignStatus.Paused, (await first.UntilAsync(p => p.Counters.Live == 0, "stored")).Status);
        Assert.Equal(CampaignStatus.Paused, (await second.UntilAsync(p => p.Counters.Live == 0, "stored")).Status);
        Assert.Single(elsewhere.Trunk.Live);
        Assert.Equal(10, first.Trunk.Calls.Count);
    }

    [Theory, BothEngines]
    public async Task TokenThatGrowsOldWhileTheLineIsTold_LetsNothingOut_AndTheRowGoesBack_P11(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        var looks = 0;
        stage.Trunk.OnLine = async () =>
        {
            // the first look-up of the trunk takes longer than a token holds
            if (Interlocked.Increment(ref looks) == 1)
            {
                await Task.Delay(ScriptedCarrier.TokenLife.Unpaced + TimeSpan.FromSeconds(0.7));
            }

            return "";
        };
        stage.Trunk.OnDial = c => c.Reach();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        var done = await stage.UntilFinalAsync(job);

        Assert.Equal((JobResult.Reached, 1), (done.Result, done.Attempts));
        var call = Assert.Single(stage.Trunk.Calls);
        Assert.True(call.DialedAt - call.Command.DecidedAt < ScriptedCarrier.TokenLife.Unpaced, "it left long after its decision");
        Assert.Contains(await stage.NotesAsync(job), n => n is { Code: "not_placed", Detail: "token_late" });
        // with the life that tokens have outside of tests a pause holds within its second
        Assert.True(TokenLife.Usual.Unpaced < TimeSpan.FromSeconds(1));
    }

    [Theory, BothEngines]
    public async Task DriverRefuses_TheRowGoesBack_NothingSpent(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        stage.Trunk.Refuse = _ => "no port is left";
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await Until.TrueAsync(async () => (await stage.NotesAsync(job)).Any(n => n.Code == "not_placed"), "the timeline tells the refusal");

        stage.Trunk.OnDial = c => c.Reach();
        stage.Trunk.Refuse = _ => null;
        var done = await stage.UntilFinalAsync(job);

        Assert.Equal((JobResult.Reached, 1), (done.Result, done.Attempts));
        Assert.True(stage.Trunk.Calls.Single().Id.Number > 1, "the number of the refused try is used up");
        Assert.Equal(1, (await stage.AssertBooksAsync()).Tries);
    }
}
