using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>Edits (P14) and the cap on simultaneous calls (P2).</summary>
public class EditTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Edit_OnlyWhileScheduledOrPaused_AndOnlyFromTheVersionNamed_P14(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        var first = await stage.ViewAsync();

        var edited = await stage.EditAsync(c => c with { Name = "second" });
        Assert.Equal((2, "second"), (edited.SettingsVersion, edited.Settings.Name));
        var late = await stage.Campaign.EditAsync(first.Settings with { Name = "third" }, UnixTime.None, first.SettingsVersion, "test");
        Assert.Equal("version_conflict", late.Refusal.Code);

        await stage.StartAsync();
        var running = await stage.Campaign.EditAsync(edited.Settings, UnixTime.None, edited.SettingsVersion, "test");
        Assert.Equal("campaign_state", running.Refusal.Code);
        await stage.PauseAsync();
        await stage.EditAsync(c => c with { MaxSimultaneousCalls = 3 });
        await stage.FinishAsync();
        Assert.Equal("campaign_state", (await stage.Campaign.EditAsync(edited.Settings, UnixTime.None, 3, "test")).Refusal.Code);
    }

    [Theory, BothEngines]
    public async Task EditWithSeveralFaults_NamesThemAll(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        var view = await stage.ViewAsync();

        var answer = await stage.Campaign.EditAsync(
            view.Settings with { MaxSimultaneousCalls = 0, TimeZone = "Moscow", List = new ListId(1) }, UnixTime.None, 1, "test");

        Assert.Equal(["maxSimultaneousCalls", "timeZone", "phoneListId"], answer.Refusals.Select(r => r.Field));
    }

    [Theory, BothEngines]
    public async Task WiderWindows_TakeEffectOnResume_ForAllThatWait_P14(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var closed = Closed(rig.Now);
        var stage = await rig.StageAsync(c => c with { CallingWindows = closed, UseSubscriberLocalTime = false });
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(5);
        await stage.StartAsync();
        var idle = await stage.UntilAsync(p => p.Idle?.Code == "outside_hours", "outside the hours");
        Assert.True(idle.NextCallAt > rig.Now);
        Assert.Empty(stage.Trunk.Calls);

        await stage.PauseAsync();
        await stage.EditAsync(c => c with { CallingWindows = WeeklyHours.Always });
        await stage.ResumeAsync();

        await stage.UntilAsync(p => p.Counters.Answered == 5, "called in the wider windows");
    }

    [Theory, BothEngines]
    public async Task AttemptsLowered_EndJobsWithTheirLastOutcome_P14(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 3 } });
        var busy = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        (await stage.Trunk.UntilLiveAsync(1, "up"))[0].End(CallClass.Busy);
        await stage.UntilAsync(p => p.Idle?.Code == "retry_pause", "it waits for its second attempt");

        await stage.PauseAsync();
        await stage.EditAsync(c => c with { Attempts = new AttemptPolicy { Initial = 1 } });
        await stage.ResumeAsync();

        var job = await stage.UntilFinalAsync(busy);
        Assert.Equal((JobResult.NoAnswer, EndReason.AttemptsLowered, 1), (job.Result, job.EndReason, job.Attempts));
        Assert.Single(stage.Trunk.Calls);
    }

    [Theory, BothEngines]
    public async Task CapLowered_CutsNoCall_AndNothingStartsUntilFewerAreLive_P2(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 6 });
        await stage.AddAsync(30);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(6, "the cap is full");

        await stage.PauseAsync();
        await stage.EditAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.ResumeAsync();
        Assert.All(live, c => Assert.False(c.HasEnded));
        foreach (var call in live.Take(4))
        {
            call.End();
            await stage.UntilAsync(p => p.Counters.Live == stage.Trunk.Live.Count, "its end is stored");
            Assert.Equal(6, stage.Trunk.Calls.Count);
        }

        var most = 0;
        stage.Trunk.OnDial = c =>
        {
            InterlockedMax(ref most, stage.Trunk.Live.Count);
            c.Reach();
        };
        live[4].End();
        live[5].End();
        await stage.UntilAsync(p => p.Counters.Final == 30, "the rest is called");
        Assert.InRange(most, 1, 2);
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task Cap_IsNeverExceeded_ByTheCarriersCount_P2(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 7, Attempts = new AttemptPolicy { Initial = 1 } });
        stage.Trunk.OnDial = c => _ = EndSoonAsync(c);
        await stage.AddAsync(800);
        await stage.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            var before = stage.Trunk.Calls.Count;
            await Until.TrueAsync(() => stage.Trunk.Calls.Count > before + 60, "the run goes on");
            await stage.PauseAsync();
            await stage.ResumeAsync();
        }

        await stage.UntilAsync(p => p.Counters.Final == 800, "all done");

        Assert.Equal(7, stage.Trunk.MostLive);
        await stage.AssertBooksAsync();
    }

    private static async Task EndSoonAsync(ScriptedCall call)
    {
        await Task.Delay(call.Order % 5);
        call.Answer();
        await Task.Delay(call.Order % 7);
        call.End();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
            // another one was faster
        }
    }

    /// <summary>Hours of a day that is neither today nor tomorrow, wherever one is.</summary>
    private static WeeklyHours Closed(UnixTime now)
    {
        var day = ((int)now.ToDateTimeOffset().DayOfWeek + 6 + 3) % 7;
        return WeeklyHours.EachDay(MinuteRange.WholeDay, d => d == day);
    }
}
