using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>Start, pause, resume, finish, delete on a real silo (P9–P11, P16).</summary>
public class LifeCycleTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task StartInstant_StartsByItself_AndNotBefore_P10(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var at = rig.Now + TimeSpan.FromSeconds(1.5);
        var stage = await rig.StageAsync(startsAt: at);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        Assert.Equal("scheduled", (await stage.Campaign.ProgressAsync())!.Idle!.Code);

        await stage.UntilAsync(p => p.Counters.Answered == 3, "all reached after the planned start");

        Assert.All(stage.Trunk.Calls, c => Assert.True(c.DialedAt >= at, "dialed before the planned start"));
        Assert.True((await stage.ViewAsync()).StartedAt >= at);
    }

    [Theory, BothEngines]
    public async Task StartInPast_IsRefused_ButAMinuteIsNow_P10(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var settings = (await (await rig.StageAsync()).ViewAsync()).Settings;

        var late = await rig.Grains.GetGrain<ICampaignGrain>(await rig.Get<INewIds>().NextAsync()).CreateAsync(settings, rig.Now - TimeSpan.FromSeconds(70));
        var now = await rig.StageAsync(startsAt: rig.Now - TimeSpan.FromSeconds(50));

        Assert.Equal("start", late.Refusal.Field);
        await now.UntilAsync(p => p.Status == CampaignStatus.Running, "running at once");
    }

    [Theory, BothEngines]
    public async Task Pause_BlocksNewCalls_AndLetsLiveOnesEnd_P11(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 4 });
        await stage.AddAsync(40);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(4, "the cap is full");
        live[0].Answer();

        await stage.PauseAsync();
        var seen = stage.Trunk.Calls.Count;
        live[0].End();
        live[1].Reach();
        live[2].End(CallClass.Busy);
        live[3].End(CallClass.NoAnswer);
        var paused = await stage.UntilAsync(p => p.Counters.Live == 0, "live calls ended");

        // an intent that was committed before the pause may still have left; permits that came back dial nothing
        Assert.Equal(seen, stage.Trunk.Calls.Count);
        Assert.Equal(2, paused.Counters.Answered);
        Assert.Equal("paused", paused.Idle!.Code);
        Assert.Equal(PauseCodes.Person, Assert.Single(paused.PauseCauses).Code);

        stage.Trunk.OnDial = c => c.Reach();
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Final == 40, "the rest is called after resume");
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task PauseUnderLoad_NothingIsDialedOneSecondAfterIt_P11(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 50 });
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3000);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Final > 300, "the run is going on");

        await stage.PauseAsync();
        var ack = TimeProvider.System.GetTimestamp();
        await stage.UntilAsync(p => p.Counters.Live == 0, "live calls ended");
        Assert.True((await stage.ViewAsync()).Counters.Final < 3000, "paused in the middle");

        await stage.ResumeAsync();
        var resumed = TimeProvider.System.GetTimestamp();
        await stage.UntilAsync(p => p.Counters.Final == 3000, "all done after resume");

        Assert.DoesNotContain(
            stage.Trunk.Calls,
            c => c.DialedTicks < resumed && TimeProvider.System.GetElapsedTime(ack, c.DialedTicks) > TimeSpan.FromSeconds(1));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task Finish_LiveCallsKeepTheirRealResult_WaitingOnesAreNotDone_P11(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with
        {
            MaxSimultaneousCalls = 3,
            Attempts = new AttemptPolicy { Initial = 5 },
        });
        await stage.AddAsync(10);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(3, "the cap is full");
        live[0].Answer();

        await stage.FinishAsync();
        live[0].End();
        live[1].Reach();
        live[2].End(CallClass.Busy);
        await stage.UntilAsync(p => p.Counters.Live == 0, "live calls ended");

        var jobs = await stage.JobsAsync();
        JobReport Of(ScriptedCall call) => jobs.Single(j => j.Phone.Value == call.Phone);
        Assert.Equal(JobResult.Reached, Of(live[0]).Result);
        Assert.Equal(JobResult.Reached, Of(live[1]).Result);
        Assert.Equal(JobResult.NoAnswer, Of(live[2]).Result);
        Assert.Equal(7, jobs.Count(j => j.Status == JobStatus.Final && j.Result == JobResult.NotDone));
        Assert.Equal(3, stage.Trunk.Calls.Count);
        Assert.Equal("campaign_state", (await stage.Campaign.StartAsync("test")).Refusal.Code);
        Assert.Equal("campaign_state", (await stage.Campaign.ResumeAsync("test")).Refusal.Code);
    }

    [Theory, BothEngines]
    public async Task TargetStateThatIsThere_IsDone_AndWrongOnesAreRefusedWithWhatIsAllowed_P9(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();

        Assert.Equal(["start", "edit", "finish", "delete"], (await stage.Campaign.PauseAsync("test")).Refusal.AllowedActions);
        Assert.Equal("campaign_state", (await stage.Campaign.ResumeAsync("test")).Refusal.Code);
        await stage.StartAsync();
        await stage.StartAsync();
        await stage.PauseAsync();
        await stage.PauseAsync();
        await stage.ResumeAsync();
        await stage.ResumeAsync();
        await stage.FinishAsync();
        Assert.Equal(CampaignStatus.Finished, (await stage.FinishAsync()).Status);
    }

    [Theory, BothEngines]
    public async Task RunningCampaign_NeverFinishesByItself_AndTakesNewNumbers_P9(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.Reach();
        await stage.StartAsync();
        Assert.Equal("no_numbers", (await stage.UntilAsync(p => p.Idle is not null, "nothing to do")).Idle!.Code);

        await stage.AddAsync(5);
        await stage.UntilAsync(p => p.Counters.Answered == 5, "the first numbers");
        await stage.AddAsync(5);
        var done = await stage.UntilAsync(p => p.Counters.Answered == 10, "numbers added when all were done");

        Assert.Equal(CampaignStatus.Running, done.Status);
    }

    [Theory, BothEngines]
    public async Task FinishWhenIdle_Finishes_OnceEveryNumberIsDone_P9(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { FinishWhenIdle = true });
        await stage.AddAsync(3);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(3, "all up");
        live[0].Reach();
        live[1].Reach();
        await stage.UntilAsync(p => p.Counters.Answered == 2, "two are done");
        Assert.Equal(CampaignStatus.Running, (await stage.ViewAsync()).Status);

        live[2].Reach();
        await stage.UntilAsync(p => p.Status == CampaignStatus.Finished, "finished by itself");
    }

    [Theory, BothEngines]
    public async Task FinishAt_FinishesAtItsInstant_P61(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var at = rig.Now + TimeSpan.FromSeconds(2);
        var stage = await rig.StageAsync(c => c with { FinishAt = at });
        await stage.AddAsync(1);
        await stage.StartAsync();
        var call = (await stage.Trunk.UntilLiveAsync(1, "one up"))[0];

        await stage.UntilAsync(p => p.Status == CampaignStatus.Finished, "finished at its instant");
        call.Reach();

        await stage.UntilAsync(p => p.Counters.Answered == 1, "the live call keeps its result");
        Assert.True((await stage.ViewAsync()).FinishedAt >= at);
    }

    [Theory, BothEngines]
    public async Task JobWhoseFinishInstantPasses_EndsThen_ThoughTheCampaignIsPaused_P20(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        await stage.StartAsync();
        await stage.PauseAsync();
        var finish = rig.Now + TimeSpan.FromSeconds(1);
        var passing = await stage.AddAsync(new NewJob { Phone = new PhoneNumber(Rig.Phones(1)[0]), Policy = new CallPolicy(), NotAfter = finish });
        var waiting = await stage.AddAsync(new NewJob { Phone = new PhoneNumber(Rig.Phones(1)[0]), Policy = new CallPolicy(), NotAfter = finish + TimeSpan.FromHours(1) });

        var ended = await stage.UntilFinalAsync(passing);

        Assert.Equal((JobResult.NotDone, EndReason.Expired), (ended.Result, ended.EndReason));
        Assert.True(ended.FinishedAt >= finish);
        Assert.Equal(JobStatus.Waiting, (await stage.JobAsync(waiting)).Status);
    }

    [Theory, BothEngines]
    public async Task Delete_OfARunningCampaign_HidesItAndDialsNoMore_P16(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.AddAsync(10);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(2, "the cap is full");

        Assert.True((await stage.Campaign.DeleteAsync("test")).IsDone);
        live[0].Reach();
        live[1].End();
        await Until.TrueAsync(async () => (await stage.ViewAsync()).Counters.Live == 0, "live calls ended");

        Assert.Equal(2, stage.Trunk.Calls.Count);
        Assert.Equal(CampaignStatus.Deleted, (await stage.ViewAsync()).Status);
        Assert.Equal("campaign_not_found", (await stage.Campaign.StartAsync("test")).Refusal.Code);
        Assert.DoesNotContain(await rig.Get<IDialerQueries>().ReadCampaignsAsync(1000), c => c.Id == stage.Id);
    }
}
