using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>Steps that are not intents: answer, outcome, cancel, redial, correction.</summary>
public class StepTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Outcome_WritesRowTryPhoneAndCountersInOne(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var step = campaign.Ended(live, CallClass.Busy);

        Assert.True(await rig.Dial.WriteStepAsync(step));

        Assert.Equal(step.Row, await campaign.JobAsync(live.Id));
        Assert.Equal(step.Try, await rig.Dial.ReadTryAsync(live.Try));
        Assert.Equal([step.Try!], await rig.Queries.ReadTriesAsync(live.Id));
        Assert.Equal(1, await Tables.CountAsync(
            rig, "phone where phone = @p and live_job = 0 and live_try = 0 and last_job = @j and last_end = @e",
            ("p", live.Phone.Value), ("j", live.Id.Value), ("e", step.Try!.EndedAt.Ms)));
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Step_OfAnotherVersion_WritesNothing(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var beside = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var before = await Tables.ReadAsync(rig);
        var everything = campaign.Ended(live, CallClass.Answered, Redial()) with
        {
            DoNotCall = true,
            Notes = [new JobNote(live.Id, campaign.Id, rig.Now, "note")],
        };
        var stale = everything with { Row = everything.Row with { Version = live.Version + 2 } };

        Assert.False(await rig.Dial.WriteStepAsync(stale, [1, 2]));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        Assert.Equal([false, true], await TestCampaign.CommitAsync(rig, stale, campaign.Ended(beside, CallClass.NoAnswer)));
        Assert.Equal(live, await campaign.JobAsync(live.Id));
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>P57: a row that was erased is a lost condition; nothing makes it again.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Step_OfAMissingRow_IsDropped(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        await Tables.ExecuteAsync(rig, $"delete from call_job where id = {live.Id.Value}");
        await Tables.ExecuteAsync(rig, $"delete from phone where phone = {live.Phone.Value}");
        var before = await Tables.ReadAsync(rig);

        Assert.False(await rig.Dial.WriteStepAsync(campaign.Ended(live, CallClass.Answered), [1]));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await Tables.ExecuteAsync(rig, $"update campaign set live = 0 where id = {campaign.Id.Value}");
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Outcome_DoesNotDependOnEpochOrStatus(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(2));
        var (first, second) = (await campaign.DialAsync(jobs[0]), await campaign.DialAsync(jobs[1]));
        Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Paused }, campaign.Row.Epoch));
        Assert.True(await rig.Channels.WriteAsync(campaign.Channel, campaign.Channel.Epoch));
        await campaign.EndAsync(first, CallClass.Busy);
        Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Deleted }, campaign.Row.Epoch + 1));

        await campaign.EndAsync(second, CallClass.Answered);

        Assert.Equal(0, (await campaign.CountersAsync()).Live);
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Siblings_AreWrittenWithTheRow_OrNotAtAll(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var phone = store.NewPhone();
        var rows = await campaign.AddAsync(phone, phone, phone);
        var live = await campaign.DialAsync(rows[0]);
        var step = campaign.Ended(live, CallClass.Technical, null, null, rows[1], rows[2]);
        Assert.Equal(2, step.Siblings.Count);
        var before = await Tables.ReadAsync(rig);

        var stale = step with { Siblings = [step.Siblings[0], step.Siblings[1] with { Version = 7 }] };
        Assert.False(await rig.Dial.WriteStepAsync(stale));
        Tables.AssertSame(before, await Tables.ReadAsync(rig));

        Assert.True(await rig.Dial.WriteStepAsync(step));
        foreach (var row in (JobRow[])[step.Row, .. step.Siblings])
        {
            var stored = await campaign.JobAsync(row.Id);
            Assert.Equal(row with { Flags = row.Flags | JobFlags.Siblings }, stored);
            Assert.Equal(1, stored.ErrorStreak);
        }

        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>P22: the flag is the intake's; a decision that was made before it does not take it away.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task SiblingFlag_SetMeanwhile_OutlivesAStep(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var younger = await campaign.AddOneAsync(live.Phone.Value);
        Assert.True(younger.Has(JobFlags.Siblings));

        Assert.True(await rig.Dial.WriteStepAsync(campaign.Ended(live, CallClass.Busy)));

        Assert.True((await campaign.JobAsync(live.Id)).Has(JobFlags.Siblings));
    }

    /// <summary>P26: the redial's lane, the closed series and the open one come with the outcome.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Redial_ClosesOneSeriesAndOpensTheNext_P26(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, attempts: new AttemptPolicy { Initial = 2, Maximum = 3 });
        var job = await campaign.AddOneAsync(store.NewPhone());
        var live = await campaign.DialAsync(await campaign.EndAsync(await campaign.DialAsync(job), CallClass.Busy));
        var step = campaign.Ended(live, CallClass.Answered, Redial());
        var wanted = step.RedialLane!;
        var lane = await rig.Campaigns.EnsureLaneAsync(campaign.Id, wanted.Priority, wanted.Policy, wanted.Zone);
        Assert.Equal(lane.Id, (await rig.Campaigns.EnsureLaneAsync(campaign.Id, wanted.Priority, wanted.Policy, wanted.Zone)).Id);

        Assert.True(await rig.Dial.WriteStepAsync(step with { Row = step.Row with { Lane = lane.Of(LaneKind.At) } }));

        var stored = (await rig.Dial.ReadSubscriberAsync(campaign.Id, job.Phone))!;
        Assert.Equal(1, stored.Rows.Single().Series);
        Assert.Equal(3, stored.LaneOf(stored.Rows[0]).Policy!.MaxAttempts);
        Assert.Equal(1, await Tables.CountAsync(rig, "call_series where job = @j and series = 0 and attempts = 2", ("j", job.Id.Value)));
        var note = Assert.Single(await rig.Queries.ReadNotesAsync(job.Id));
        Assert.Equal("redial_cut", note.Code);
        Assert.Equal("1 of 3 attempts", note.Detail);
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Answer_StoresTheLegOfItsTry(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var answered = SubscriberMachine.Answered(live, rig.Now);

        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = answered }, [1, 2, 3]));

        Assert.Equal([1, 2, 3], await rig.Silos.ReadLegAsync(live.Try));
        Assert.Null(await rig.Silos.ReadLegAsync(new TryId(live.Id, 2)));
        Assert.Equal(answered, await campaign.JobAsync(live.Id));
        var again = await campaign.DialAsync(await campaign.EndAsync(answered, CallClass.BotFailed));
        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = SubscriberMachine.Answered(again, rig.Now) }, [4]));
        Assert.Equal([4], await rig.Silos.ReadLegAsync(again.Try));
        Assert.Null(await rig.Silos.ReadLegAsync(live.Try));
    }

    /// <summary>P29: a real result that arrives late replaces the record of the unknown try, and touches no phone.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task LateResult_ReplacesTheUnknownTry_P29(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var settled = SubscriberMachine.Settle(campaign.Context(live), knownOver: true, rig.Now)!;
        Assert.True(await rig.Dial.WriteStepAsync(settled));
        Assert.Equal(CallClass.Unknown, (await rig.Dial.ReadTryAsync(live.Try))!.Class);
        var late = new CallEnded
        {
            Try = live.Try,
            Campaign = campaign.Id,
            Phone = live.Phone,
            Seq = 3,
            At = rig.Now + TimeSpan.FromSeconds(20),
            AnsweredAt = rig.Now,
            Class = CallClass.Answered,
        };
        var correction = SubscriberMachine.Correct(campaign.Context(settled.Row), late, rig.Now)!;

        Assert.True(await rig.Dial.WriteStepAsync(correction));

        Assert.Equal([correction.Try!], await rig.Queries.ReadTriesAsync(live.Id));
        Assert.Equal(JobResult.Reached, (await campaign.JobAsync(live.Id)).Result);
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>P59: on the list, in the phone's row, and refused from the same commit on.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task OptOut_EntersDoNotCallWithTheOutcome_P59(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign campaign = await TestCampaign.NewAsync(rig), elsewhere = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        var other = await elsewhere.AddOneAsync(live.Phone.Value);

        await campaign.EndAsync(live, CallClass.Answered, new BotReply { StopCalls = StopCalls.Organisation });

        Assert.True(await rig.DoNotCall.ContainsAsync(live.Phone));
        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(elsewhere.Intent(other))).Reason);
        Assert.Equal([elsewhere.Id], await rig.DoNotCall.ReadCampaignsOfAsync(live.Phone));
        Assert.Equal(1, await Tables.CountAsync(rig, "phone where phone = @p and live_try = 0 and last_job = @j", ("p", live.Phone.Value), ("j", live.Id.Value)));
        await Recount.AssertAsync(rig, campaign, elsewhere);
    }

    /// <summary>P59: a late opt-out counts although another try holds the phone by now, or nobody ever dialed it.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task OptOut_OfATryThatNoLongerHoldsThePhone_FlagsItAndLeavesTheHolder(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign campaign = await TestCampaign.NewAsync(rig), elsewhere = await TestCampaign.NewAsync(rig);
        var ended = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Busy);
        var holder = await elsewhere.DialAsync(await elsewhere.AddOneAsync(ended.Phone.Value));
        var optOut = SubscriberMachine.Cancel(ended, EndReason.StopCalls, rig.Now)! with
        {
            DoNotCall = true,
            Release = new PhoneRelease(ended.Phone, ended.Try, rig.Now, false, rig.Now),
        };

        Assert.True(await rig.Dial.WriteStepAsync(optOut));

        Assert.Equal(1, await Tables.CountAsync(
            rig, "phone where phone = @p and live_job = @j and live_try = 1", ("p", ended.Phone.Value), ("j", holder.Id.Value)));
        await elsewhere.EndAsync(holder, CallClass.Busy);
        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(elsewhere.Intent(await elsewhere.JobAsync(holder.Id)))).Reason);

        var never = await campaign.AddOneAsync(store.NewPhone());
        Assert.True(await rig.Dial.WriteStepAsync(SubscriberMachine.Cancel(never, EndReason.StopCalls, rig.Now)! with { DoNotCall = true }));
        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(elsewhere.Intent(await elsewhere.AddOneAsync(never.Phone.Value)))).Reason);
        await Recount.AssertAsync(rig, campaign, elsewhere);
    }

    [Theory]
    [InlineData(StorageEngine.PostgreSql, true)]
    [InlineData(StorageEngine.PostgreSql, false)]
    [InlineData(StorageEngine.Sqlite, true)]
    [InlineData(StorageEngine.Sqlite, false)]
    public async Task Release_OfATryThatNoLongerHoldsThePhone_LeavesItAlone(StorageEngine engine, bool isTechnical)
    {
        var rig = await store.OfAsync(engine);
        rig.Care = CareWithCaps;
        TestCampaign campaign = await TestCampaign.NewAsync(rig), elsewhere = await TestCampaign.NewAsync(rig);
        var waiting = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Busy);
        var holder = await elsewhere.DialAsync(await elsewhere.AddOneAsync(waiting.Phone.Value));
        var phone = await PhoneAsync(rig, waiting.Phone);
        var release = new PhoneRelease(waiting.Phone, waiting.Try, rig.Now, isTechnical, waiting.TryStartedAt);

        Assert.True(await rig.Dial.WriteStepAsync(SubscriberMachine.Cancel(waiting, EndReason.Cancelled, rig.Now)! with { Release = release }));

        Assert.Equal(phone, await PhoneAsync(rig, waiting.Phone));
        await elsewhere.EndAsync(holder, CallClass.Busy);
        await Recount.AssertAsync(rig, campaign, elsewhere);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Backoff_IsFoundWhenOverdue_AndLeavesTheLaneRanges(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var held = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Technical);
        Assert.Equal(JobStatus.Backoff, held.Status);
        Assert.Equal(held.NotBefore, await rig.Campaigns.ReadNextBackoffAsync(campaign.Id));
        Assert.DoesNotContain(held.Id, (await rig.Campaigns.ReadOverdueBackoffAsync(held.NotBefore, 100)).Select(r => r.Id));
        Assert.Contains(held.Id, (await rig.Campaigns.ReadOverdueBackoffAsync(held.NotBefore + TimeSpan.FromMilliseconds(1), 100)).Select(r => r.Id));
        var range = new Dialer.Domain.Campaigns.LaneRead(held.Lane, Dialer.Domain.Campaigns.LaneCursor.Start, 10);
        Assert.Empty(await rig.Campaigns.ReadRangeAsync(campaign.Id, range));

        Assert.True(await rig.Dial.WriteStepAsync(SubscriberMachine.Wake(held, held.NotBefore)!));

        Assert.Equal([held.Id], (await rig.Campaigns.ReadRangeAsync(campaign.Id, range)).Select(r => r.Id));
        Assert.Equal(UnixTime.None, await rig.Campaigns.ReadNextBackoffAsync(campaign.Id));
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task FinalJobs_AreToldAfterTheirCommit(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(2));
        var told = new List<JobId>();
        using (rig.Get<Dialer.Reports.IFinalJobFeed>().Subscribe((_, job) => told.Add(job)))
        {
            await campaign.EndAsync(await campaign.DialAsync(jobs[0]), CallClass.Busy);
            await campaign.EndAsync(await campaign.DialAsync(jobs[1]), CallClass.Answered);
        }

        Assert.Equal([jobs[1].Id], told);
    }

    private static readonly Dialer.Accounts.CareSettings CareWithCaps = Dialer.Accounts.CareSettings.Off with { CallsPerDay = 10 };

    private static BotReply Redial() => new() { Redial = new Redial { Policy = new CallPolicy { MaxAttempts = 3, RetryMinutes = 5 } } };

    private static Task<string> PhoneAsync(StoreRig rig, PhoneNumber phone) => rig.Database.ReadAsync(async c => (await c.ListAsync(
        "select live_job, live_try, last_job, last_end, starts, version from phone where phone = @p",
        r => $"{r.GetInt64(0)} {r.GetInt32(1)} {r.GetInt64(2)} {r.GetInt64(3)} {Convert.ToHexString(r.GetFieldValue<byte[]>(4))} {r.GetInt32(5)}",
        ("p", phone.Value))).Single());
}
