using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.DoNotCall;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>Jobs of phones: order, one call at a time, redials, cancelling (P22–P27).</summary>
public class SubscriberTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task TwoJobsOfOnePhone_AreNeverUpTogether_P22(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        var phone = Rig.Phones(1)[0];
        var jobs = new[] { await stage.AddAsync(phone), await stage.AddAsync(phone), await stage.AddAsync(phone) };
        await stage.AddAsync(5);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(6, "one of the phone, five others");
        var first = Assert.Single(stage.Trunk.CallsTo(phone));

        // the others are put off, not asked for again each second with a token of the channel
        foreach (var job in jobs.Skip(1))
        {
            await Until.TrueAsync(async () => (await stage.NotesAsync(job)).Any(n => n.Code == "phone_busy"), "the timeline tells why it waits");
            Assert.True((await stage.JobAsync(job)).NextAt > rig.Now + TimeSpan.FromSeconds(15), "it is due again soon");
        }

        var (up, most) = (0, 0);
        stage.Trunk.OnDial = c =>
        {
            most = Math.Max(most, Interlocked.Increment(ref up));
            Interlocked.Decrement(ref up);
            c.Reach();
        };
        first.Reach();
        foreach (var job in jobs)
        {
            Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(job)).Result);
        }

        Assert.Equal(jobs, stage.Trunk.CallsTo(phone).Select(c => c.Id.Job));
        Assert.Equal(1, most);
    }

    [Theory, BothEngines]
    public async Task Order_IsPriority_ThenOwnPolicy_ThenWindow_ThenCreation_AtTheCarrier_P23(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 });
        await stage.AddAsync(1);
        await stage.StartAsync();
        var holder = (await stage.Trunk.UntilLiveAsync(1, "the cap is taken"))[0];
        var p = Rig.Phones(7).Select(n => new PhoneNumber(n)).ToList();
        await rig.Host.AddAsync(stage.Campaign,
        [
            new NewJob { Phone = p[0], Priority = 5 },
            new NewJob { Phone = p[1], Priority = 3 },
            new NewJob { Phone = p[2], Priority = 3 },
            new NewJob { Phone = p[3], Priority = 3, Policy = new CallPolicy { RetryMinutes = 7 } },
            new NewJob { Phone = p[4], Priority = 1 },
            new NewJob { Phone = p[5], Priority = 4, Policy = new CallPolicy { RetryMinutes = 7 } },
            new NewJob { Phone = p[6], Priority = 1, Policy = new CallPolicy { RetryMinutes = 7 } },
        ]);

        stage.Trunk.OnDial = c => c.Reach();
        holder.Reach();
        await stage.UntilAsync(x => x.Counters.Final == 8, "all done");

        Assert.Equal([p[6], p[4], p[3], p[1], p[2], p[5], p[0]], stage.Trunk.Calls.Skip(1).Select(c => c.Command.To));
    }

    [Theory, BothEngines]
    public async Task Redial_OpensASeries_AndTheMaximumDropsWhatIsTooMuch_P26(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 1, Maximum = 2 } });
        var again = new BotReply { Redial = new Redial { StartAt = rig.Now, Policy = new CallPolicy { MaxAttempts = 1 }, Priority = 1 } };
        stage.Trunk.OnDial = c => c.Reach(again);
        var job = await stage.AddAsync(Rig.Phones(1)[0]);

        await stage.StartAsync();

        // not only when lanes are read anew every 30 s
        await stage.UntilAsync(p => p.Counters.Final == 1, "the second series is over", TimeSpan.FromSeconds(5));
        var final = await stage.JobAsync(job);

        Assert.Equal((JobResult.Reached, 2, 2), (final.Result, final.Attempts, stage.Trunk.Calls.Count));
        var tries = await stage.TriesAsync(job);
        Assert.Equal([(short)0, (short)1], tries.Select(t => t.Series));
        Assert.Equal("redial", tries[0].Rule);
        Assert.Equal("redial_dropped", Assert.Single(await stage.NotesAsync(job)).Code);
        var counters = await stage.AssertBooksAsync();
        Assert.Equal((1, 1, 1), (counters.RedialsDropped, counters.Answered, counters.Final));
    }

    [Theory, BothEngines]
    public async Task RedialInAPausedCampaign_IsKept_InAFinishedOneDropped_P26(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var again = new BotReply { Redial = new Redial { StartAt = rig.Now, Policy = new CallPolicy { MaxAttempts = 1 } } };
        var stage = await rig.StageAsync();
        var (paused, finished) = (await stage.AddAsync(Rig.Phones(1)[0]), await stage.AddAsync(Rig.Phones(1)[0]));
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(2, "both up");

        await stage.PauseAsync();
        live.Single(c => c.Id.Job == paused).Reach(again);
        await stage.UntilJobAsync(paused, j => j.Status == JobStatus.Waiting, "the redial waits");
        await stage.FinishAsync();
        live.Single(c => c.Id.Job == finished).Reach(again);

        await stage.UntilAsync(p => p.Counters.Live == 0, "both ended");
        Assert.Equal(JobResult.Reached, (await stage.JobAsync(finished)).Result);
        Assert.Equal("redial_dropped", Assert.Single(await stage.NotesAsync(finished)).Code);
        Assert.Equal(1, (await stage.ViewAsync()).Counters.RedialsDropped);
        Assert.Equal(2, stage.Trunk.Calls.Count);
    }

    [Theory, BothEngines]
    public async Task Cancel_EndsWaitingJobs_AndALiveCallKeepsItsResultOnlyIfReached_P27(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2, Attempts = new AttemptPolicy { Initial = 3 } });
        var phones = Rig.Phones(3);
        var jobs = await rig.Host.AddAsync(stage.Campaign, phones);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(2, "the cap is full");

        foreach (var phone in phones)
        {
            Assert.Single(await stage.Subscriber(phone).CancelAsync(null, EndReason.Cancelled));
            Assert.Empty(await stage.Subscriber(phone).CancelAsync(null, EndReason.Cancelled));
        }

        Assert.Equal(JobResult.Cancelled, (await stage.UntilFinalAsync(jobs[2])).Result);
        stage.Trunk.CallsTo(phones[0])[0].Reach(new BotReply { Redial = new Redial() });
        stage.Trunk.CallsTo(phones[1])[0].End(CallClass.NoAnswer);

        Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(jobs[0])).Result);
        Assert.Equal(JobResult.Cancelled, (await stage.UntilFinalAsync(jobs[1])).Result);
        Assert.Equal(2, stage.Trunk.Calls.Count);
        Assert.Equal((2, 1), ((await stage.AssertBooksAsync()).Cancelled, (await stage.ViewAsync()).Counters.RedialsDropped));
    }

    [Theory, BothEngines]
    public async Task Outcomes_CountAsTheyShould_AndTheSumIsTheTotal_I3(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 20, Attempts = new AttemptPolicy { RedialIfShorterThanSeconds = 5 } });
        stage.Trunk.OnDial = c =>
        {
            switch (c.Order % 6)
            {
                case 0: c.Reach(new BotReply { CallResult = "yes" }); break;
                case 1: c.End(CallClass.Busy); break;
                case 2: c.End(CallClass.Nonexistent); break;
                case 3: c.End(CallClass.Rejected); break;
                case 4: c.End(CallClass.Unreachable); break;
                default: c.End(CallClass.NoAnswer); break;
            }
        };
        await stage.AddAsync(120);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Final == 120, "all done");

        // answered, but shorter than P7 on the last attempt: not reached
        var counters = await stage.AssertBooksAsync();
        Assert.Equal((0, 100, 20), (counters.Answered, counters.NotAnswered, counters.Nonexistent));
        Assert.Equal((120, 120), (counters.Tries, counters.Attempts));
    }

    [Theory, BothEngines]
    public async Task NumberEnteredInDoNotCall_BetweenItsDueTimeAndItsCall_IsNotCalled_P38(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 });
        var phones = Rig.Phones(3);
        var jobs = await rig.Host.AddAsync(stage.Campaign, phones);
        await stage.StartAsync();
        var first = await stage.Trunk.UntilLiveAsync(phones[0], "the first is up, the others are due");

        await rig.Get<IDoNotCallStore>().AddAsync([new PhoneNumber(phones[1])], "asked", "test", "test", rig.Now);
        stage.Trunk.OnDial = c => c.Reach();
        first.Reach();
        await stage.UntilAsync(p => p.Counters.Final == 3, "all done");

        Assert.Empty(stage.Trunk.CallsTo(phones[1]));
        var refused = await stage.JobAsync(jobs[1]);
        Assert.Equal((JobResult.NotDone, EndReason.DoNotCall, 0, 0), (refused.Result, refused.EndReason, refused.Attempts, refused.Tries));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task StopCallsOrganisation_EndsThePhonesJobsInOtherCampaigns_WithinASecond_P59(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var (stage, other) = (await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 5, RedialIfShorterThanSeconds = 60 } }), await rig.StageAsync());
        var phone = Rig.Phones(1)[0];
        var (here, sibling, elsewhere) = (await stage.AddAsync(phone), await stage.AddAsync(phone), await other.AddAsync(phone));
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone, "up");

        call.Reach(new BotReply { StopCalls = StopCalls.Organisation, Redial = new Redial { StartAt = rig.Now } });
        var ended = await other.UntilFinalAsync(elsewhere);

        Assert.Equal((JobResult.NotDone, EndReason.DoNotCall), (ended.Result, ended.EndReason));
        var stopped = await stage.UntilFinalAsync(here);
        // a second (P59), and what a busy machine takes
        Assert.True(ended.FinishedAt - stopped.FinishedAt < TimeSpan.FromSeconds(3), $"{ended.FinishedAt}, said {stopped.FinishedAt}");
        Assert.Equal((JobResult.Reached, EndReason.StopCalls, 1), (stopped.Result, stopped.EndReason, stopped.Attempts));
        Assert.Equal(EndReason.DoNotCall, (await stage.UntilFinalAsync(sibling)).EndReason);
        Assert.True(await rig.Get<IDoNotCallStore>().ContainsAsync(new PhoneNumber(phone)));
        Assert.Single(stage.Trunk.Calls);
    }

    [Theory, BothEngines]
    public async Task StopCallsJob_EndsThisJobOnly_P59(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var (stage, other) = (await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 5, RedialIfShorterThanSeconds = 60 } }), await rig.StageAsync());
        var phone = Rig.Phones(1)[0];
        var (here, elsewhere) = (await stage.AddAsync(phone), await other.AddAsync(phone));
        stage.Trunk.OnDial = c => c.Reach(new BotReply { StopCalls = StopCalls.Job });
        other.Trunk.OnDial = c => c.Reach();
        await stage.StartAsync();

        Assert.Equal(EndReason.StopCalls, (await stage.UntilFinalAsync(here)).EndReason);
        await other.StartAsync();
        Assert.Equal(JobResult.Reached, (await other.UntilFinalAsync(elsewhere)).Result);
    }
}
