using Dialer.Bots;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.DoNotCall;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>What bots say of their calls, through the grains and on both engines (P26, P41, P59).</summary>
public class BotSaidTests(Rigs rigs)
{
    private static BotReply Again(int attempts) => new() { Redial = new Redial { Policy = new CallPolicy { MaxAttempts = attempts, RetryMinutes = 30 } } };

    /// <summary>Tries that left for the carrier: on a busy machine one may be too late for its token, and goes again.</summary>
    private static async Task<IReadOnlyList<TryRecord>> CallsAsync(Stage stage, JobId job) =>
        [.. (await stage.TriesAsync(job)).Where(t => t.Class != CallClass.NotPlaced)];

    [Theory, BothEngines]
    public async Task WhatIsSaidInTheCall_IsItsResult_AndTheFirstRedialCounts_P26(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 1, Maximum = 4 } });
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone, "up");
        call.Answer();
        var subscriber = stage.Subscriber(phone);
        var said = new BotReply { CallResult = "ok", ReportDataJson = """{"k":{"value":1,"order":0}}""", CallTagsJson = """{"t":{}}""" };
        Assert.Equal(new BotAnswer(true), await subscriber.BotSaidAsync(call.Id, said));
        Assert.Equal(new BotAnswer(true), await subscriber.BotSaidAsync(call.Id, said));
        Assert.Equal(new BotAnswer(true, null, 3), await subscriber.BotSaidAsync(call.Id, Again(5)));
        Assert.Equal(new BotAnswer(true, null, 0), await subscriber.BotSaidAsync(call.Id, Again(1)));
        call.End(CallClass.Answered, new BotReply { AnsweredBy = AnsweredBy.Human });

        await stage.UntilJobAsync(job, j => j.Status == JobStatus.Waiting, "the redial waits");
        var made = Assert.Single(await CallsAsync(stage, job));
        Assert.Equal(("ok", AnsweredBy.Human, "redial"), (made.CallResult, made.AnsweredBy, made.Rule));
        Assert.Equal((5, 3), (made.Redial!.Wanted, made.Redial.Accepted));
        Assert.Contains("\"k\"", made.ReportDataJson, StringComparison.Ordinal);
        Assert.Single(await stage.NotesAsync(job), n => n.Code == "redial_cut");
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task RedialAfterTheEnd_OpensTheJobAgain_AndItIsCalled_P18a_P26(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 1 } });
        stage.Trunk.OnDial = c => c.Reach();
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await stage.UntilFinalAsync(job);
        var id = Assert.Single(await CallsAsync(stage, job)).Try;

        var now = new BotReply { Redial = new Redial { StartAt = rig.Now, Policy = new CallPolicy { MaxAttempts = 1 } }, CallResult = "later" };
        Assert.Equal(new BotAnswer(true, null, 1), await stage.Subscriber(phone).BotSaidAsync(id, now));

        // not only when lanes are read anew every 30 s
        await Until.TrueAsync(async () => (await CallsAsync(stage, job)).Count == 2, "it is called again", TimeSpan.FromSeconds(8));
        var final = await stage.UntilFinalAsync(job);
        Assert.Equal((JobResult.Reached, 2), (final.Result, final.Attempts));
        Assert.Equal([(short)0, (short)1], (await CallsAsync(stage, job)).Select(t => t.Series));
        Assert.Equal(new BotAnswer(true, null, 1), await stage.Subscriber(phone).BotSaidAsync(id, now));
        Assert.Equal(1, (await stage.AssertBooksAsync()).Answered);
    }

    [Theory, BothEngines]
    public async Task OptOutInALiveCall_EndsThePhonesOtherJobsWithinASecond_P59(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var (stage, other) = (await rig.StageAsync(), await rig.StageAsync());
        var phone = Rig.Phones(1)[0];
        var (here, elsewhere) = (await stage.AddAsync(phone), await other.AddAsync(phone));
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone, "up");
        call.Answer();

        var at = TimeProvider.System.GetTimestamp();
        Assert.True((await stage.Subscriber(phone).BotSaidAsync(call.Id, new BotReply { StopCalls = StopCalls.Organisation })).IsTaken);
        var ended = await other.UntilFinalAsync(elsewhere);

        Assert.InRange(TimeProvider.System.GetElapsedTime(at), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal((JobResult.NotDone, EndReason.DoNotCall), (ended.Result, ended.EndReason));
        Assert.True(await rig.Get<IDoNotCallStore>().ContainsAsync(new PhoneNumber(phone)));
        Assert.Equal(JobStatus.Live, (await stage.JobAsync(here)).Status);
        call.End(CallClass.Answered);
        var own = await stage.UntilFinalAsync(here);
        Assert.Equal((JobResult.Reached, EndReason.StopCalls), (own.Result, own.EndReason));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task UnknownCalls_AndThoseLongOver_TakeNothing_P41(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 1 } });
        stage.Trunk.OnDial = c => c.Reach();
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await stage.UntilFinalAsync(job);
        var (subscriber, id) = (stage.Subscriber(phone), (await CallsAsync(stage, job))[^1].Try);
        var reply = new BotReply { CallResult = "late" };
        Assert.Equal(BotAnswer.NotTaken(BotAnswer.UnknownCall), await subscriber.BotSaidAsync(id with { Number = 99 }, reply));
        Assert.Equal(BotAnswer.NotTaken(BotAnswer.UnknownCall), await subscriber.BotSaidAsync(new TryId(new JobId(1), 1), reply));
        rig.Clock.Forward(TimeSpan.FromMinutes(4.5));
        Assert.True((await subscriber.BotSaidAsync(id, reply)).IsTaken);
        rig.Clock.Forward(TimeSpan.FromMinutes(1));
        Assert.Equal(BotAnswer.NotTaken(BotAnswer.CallOver), await subscriber.BotSaidAsync(id, new BotReply { CallResult = "later" }));
        await subscriber.BotFaultAsync(id, "too late");
        Assert.Equal("late", (await CallsAsync(stage, job))[^1].CallResult);
        Assert.DoesNotContain(await stage.NotesAsync(job), n => n.Code == "bot_error");
    }

    [Theory, BothEngines]
    public async Task FaultOfABot_IsInTheTimeline_AndTheCallGoesOn_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone, "up");
        call.Answer();
        await stage.Subscriber(phone).BotFaultAsync(call.Id, new string('x', 500));
        call.End(CallClass.Answered);
        await stage.UntilFinalAsync(job);
        await stage.Subscriber(phone).BotFaultAsync(call.Id, "after");
        Assert.Equal([("bot_error", 200), ("bot_error", 5)], (await stage.NotesAsync(job)).Where(n => n.Code == "bot_error").Select(n => (n.Code, n.Detail!.Length)));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task WhatWasSaidInALiveCall_SurvivesTheProcess_I6_P29(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync();
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone, "up");
        call.Answer();
        Assert.True((await stage.Subscriber(phone).BotSaidAsync(call.Id, new BotReply { CallResult = "kept", StopCalls = StopCalls.Job })).IsTaken);

        rig.Carrier.Abandon();
        await rig.RestartAsync();

        var final = await stage.Again().UntilFinalAsync(job);
        Assert.Equal(EndReason.StopCalls, final.EndReason);
        Assert.Equal("kept", (await CallsAsync(stage, job))[^1].CallResult);
    }

    [Theory, BothEngines]
    public async Task FinishWhenIdle_WaitsForTheLastWordsOfABot_P9_P26(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with
        {
            FinishWhenIdle = true,
            Scenario = BotTests.First,
            Attempts = new AttemptPolicy { Initial = 1 },
        });
        stage.Trunk.OnDial = c => c.Reach();
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await stage.UntilFinalAsync(job);
        var id = (await CallsAsync(stage, job))[^1].Try;
        Assert.Equal(CampaignStatus.Running, (await stage.ViewAsync()).Status);

        Assert.Equal(1, (await stage.Subscriber(phone).BotSaidAsync(id, new BotReply { Redial = new Redial { StartAt = rig.Now, Policy = new CallPolicy { MaxAttempts = 1 } } })).RedialAccepted);

        await Until.TrueAsync(() => stage.Trunk.Calls.Count(c => c.IsAnswered) == 2, "the redial is called");
        await stage.UntilAsync(p => p.Status == CampaignStatus.Finished, "finished by itself, after the last words", TimeSpan.FromSeconds(40));
    }
}
