using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>New jobs: all or nothing, once per key (P20, P37).</summary>
public class IntakeTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly CallPolicy Evening = new() { DefaultTime = [new MinuteRange(1080, 1200)], MaxAttempts = 2 };

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Jobs_AreStoredInOrder_WithLanesPayloadsAndCounters(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var later = rig.Now + TimeSpan.FromHours(3);
        NewJob[] jobs =
        [
            Job() with { Payload = """{"имя":"Анна"}""" },
            Job() with { Policy = Evening, StartAt = later },
            Job() with { Policy = Evening with { }, Priority = 1 },
            Job() with { Policy = new CallPolicy { DefaultTime = [new MinuteRange(1080, 1200)], MaxAttempts = 2 }, StartAt = rig.Now - TimeSpan.FromHours(1) },
            Job() with { Zone = new ZoneFound("+05:00", ZoneSource.ApiField), Priority = 5 },
            Job(),
        ];

        var rows = await campaign.AddAsync(jobs);

        Assert.Equal(rows.Select(r => r.Id.Value).Order(), rows.Select(r => r.Id.Value));
        Assert.Equal(jobs.Select(j => j.Phone), rows.Select(r => r.Phone));
        Assert.Equal([rig.Now, later, rig.Now, rig.Now, rig.Now, rig.Now], rows.Select(r => r.NotBefore));
        Assert.All(rows, r => Assert.Equal((JobStatus.Waiting, JobFlags.FromApi, 1), (r.Status, r.Flags, r.Version)));
        // policies once per content, lanes once per combination; even ids
        Assert.Equal(rows[1].Lane, rows[3].Lane);
        Assert.Equal(rows[0].Lane, rows[5].Lane);
        var lanes = await rig.Campaigns.ReadLanesAsync(campaign.Id);
        Assert.Equal(4, lanes.Count);
        Assert.Equal(2, lanes.Select(l => l.Key.Policy).Distinct().Count());
        Assert.All(lanes, l => Assert.Equal(LaneKind.At, Lane.KindOf(l.Id)));
        Assert.Equal(2, lanes.Single(l => l.Id == rows[1].Lane).Policy!.MaxAttempts);
        Assert.Equal(new CampaignCounters { Total = 6, Loaded = 6, Waiting = 6 }, await campaign.CountersAsync());
        var reports = await rig.Queries.ReadJobsAsync(campaign.Id, default, 100);
        Assert.Equal("""{"имя":"Анна"}""", reports[0].Payload);
        Assert.Equal(new ZoneFound("+05:00", ZoneSource.ApiField), reports[4].Zone);
        var hint = Assert.Single(rig.Hints.Calls, c => c.Key == campaign.Id.Value);
        Assert.Equal(("JobsAddedAsync", rows[0].Id), (hint.Method, (JobId)hint.Arguments[1]!));

        await campaign.AddAsync(Job() with { Policy = Evening });
        Assert.Equal(4, (await rig.Campaigns.ReadLanesAsync(campaign.Id)).Count);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task FinishInstants_MakeNoLanesOfTheirOwn_AndPassedOnesAreFound_P20(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        UnixTime In(int minutes) => rig.Now + TimeSpan.FromMinutes(minutes);
        var rows = await campaign.AddAsync([.. Enumerable.Range(0, 50).Select(i => Job() with { Policy = new CallPolicy(), NotAfter = In(50 - i) }), Job()]);

        Assert.Equal(2, (await rig.Campaigns.ReadLanesAsync(campaign.Id)).Count);
        Assert.Equal(In(50), rows[0].NotAfter);
        Assert.Equal(UnixTime.None, rows[50].NotAfter);
        Assert.Empty(await rig.Campaigns.ReadPassedAsync(campaign.Id, rig.Now, 10));
        Assert.Equal([rows[49].Id, rows[48].Id], (await rig.Campaigns.ReadPassedAsync(campaign.Id, In(2), 10)).Select(r => r.Id));
        Assert.Equal(rows[49].Id, Assert.Single(await rig.Campaigns.ReadPassedAsync(campaign.Id, In(50), 1)).Id);

        // a redial's own instant is written with its row
        await TestCampaign.CommitAsync(rig, campaign.Intent(rows[49]));
        var live = Assert.Single(await rig.Campaigns.ReadLiveAsync(campaign.Id));
        Assert.Equal(rows[49].NotAfter, live.NotAfter);
        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = SubscriberMachine.Answered(live, rig.Now) with { NotAfter = In(99) } }));
        Assert.Equal(In(99), Assert.Single(await rig.Campaigns.ReadLiveAsync(campaign.Id)).NotAfter);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task SameKey_AnswersTheSameIds_AndAddsNothing(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var key = new IntakeKey("scope", $"again {campaign.Id.Value}");
        var first = (await rig.Intake.AddAsync(campaign.Id, [Job(), Job()], key)).Value!;
        Assert.False(first.IsReplay);
        var before = await Tables.ReadAsync(rig);

        var again = (await rig.Intake.AddAsync(campaign.Id, [Job(), Job()], key)).Value!;

        Assert.True(again.IsReplay);
        Assert.Equal(first.Jobs, again.Jobs);
        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        Assert.NotEqual(first.Jobs, (await rig.Intake.AddAsync(campaign.Id, [Job(), Job()], key with { Scope = "other" })).Value!.Jobs);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task SameKeyAtOnce_FromTwoProcesses_IsOneSetOfJobs(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        for (var round = 0; round < 4; round++)
        {
            var campaign = await TestCampaign.NewAsync(rig);
            var key = new IntakeKey("scope", $"at once {campaign.Id.Value}");
            NewJob[] jobs = [Job(), Job(), Job()];

            var answers = await Task.WhenAll(((StoreRig[])[rig, there, rig, there]).Select(r => Task.Run(() => r.Intake.AddAsync(campaign.Id, jobs, key))));

            Assert.Single(answers, a => !a.Value!.IsReplay);
            Assert.All(answers, a => Assert.Equal(answers[0].Value!.Jobs, a.Value!.Jobs));
            Assert.Equal(3, (await Recount.JobsAsync(rig, campaign.Id)).Count);
            await Recount.AssertAsync(rig, campaign);
        }
    }

    /// <summary>Small requests share commits: each is all or nothing for itself, and a bad one takes no neighbour with it.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task SmallRequestsAtOnce_AreEachAddedOnce_WhateverBecomesOfTheirNeighbours(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        TestCampaign one = await TestCampaign.NewAsync(rig), two = await TestCampaign.NewAsync(rig), over = await TestCampaign.NewAsync(rig, status: CampaignStatus.Finished);
        await DoubtTests.FailOnAsync(rig, "insert", "call_job_data", "new.payload = 'poison'");
        var hints = rig.Hints.Calls.Count;

        var asked = Enumerable.Range(0, 300).Select(i => Task.Run(async () =>
        {
            var campaign = i % 10 == 3 ? over : i % 2 == 0 ? one : two;
            // each third has a key, which another gateway uses at the same moment
            var key = i % 3 == 0 ? new IntakeKey("scope", $"crowd {one.Id.Value} {i / 6}") : null;
            NewJob[] jobs = [Job() with { Payload = i % 50 == 7 ? "poison" : "{}", Policy = i % 5 == 0 ? Evening : null }, Job()];
            try
            {
                return (I: i, Key: key, Campaign: campaign, Answer: await (i % 4 == 0 ? there : rig).Intake.AddAsync(campaign.Id, jobs, key));
            }
            catch (Exception e) when (e is StoreUnavailableException or System.Data.Common.DbException)
            {
                return (I: i, Key: key, Campaign: campaign, Answer: (Answer<IntakeResult>?)null);
            }
        })).ToList();
        var answers = await Task.WhenAll(asked);

        foreach (var (i, key, campaign, answer) in answers.Where(a => a.Key is null))
        {
            Assert.Equal((i % 50 != 7 || campaign == over, campaign != over), (answer is not null, answer?.IsDone ?? true));
        }

        foreach (var same in answers.Where(a => a is { Key: not null, Answer.IsDone: true }).GroupBy(a => a.Key))
        {
            Assert.Single(same, a => !a.Answer!.Value!.IsReplay);
            Assert.All(same, a => Assert.Equal(same.First().Answer!.Value!.Jobs, a.Answer!.Value!.Jobs));
        }

        var added = answers.Where(a => a is { Answer: { IsDone: true, Value.IsReplay: false } }).ToList();
        var ids = added.SelectMany(a => a.Answer!.Value!.Jobs).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var campaign in new[] { one, two })
        {
            Assert.Equal(
                added.Where(a => a.Campaign == campaign).SelectMany(a => a.Answer!.Value!.Jobs).Order(),
                (await Recount.JobsAsync(rig, campaign.Id)).Select(j => j.Id).Order());
            await Recount.AssertAsync(rig, campaign);
        }

        Assert.Empty(await Recount.JobsAsync(rig, over.Id));
        Assert.InRange(rig.Hints.Calls.Count - hints, 1, added.Count);
    }

    /// <summary>PostgreSQL: the first holder of a key dies before its commit; the second, which waited for it, adds the jobs.</summary>
    [Fact]
    public async Task SameKey_WhoseFirstHolderDies_IsTheSecondsToUse()
    {
        var rig = await store.OfAsync(StorageEngine.PostgreSql);
        await using var there = rig.Another();
        var campaign = await TestCampaign.NewAsync(rig);
        var key = new IntakeKey("scope", $"dies {campaign.Id.Value}");
        // as many as have a transaction of their own, in which the key comes first
        NewJob[] jobs = [.. Enumerable.Range(0, 101).Select(_ => Job())];
        await using var held = await HeldRow.RowAsync(rig, "campaign", "id", campaign.Id.Value);
        var first = Task.Run(() => rig.Intake.AddAsync(campaign.Id, jobs, key));
        Assert.True(await held.UntilWaitingAsync(1, first));
        var second = Task.Run(() => there.Intake.AddAsync(campaign.Id, jobs, key));
        Assert.True(await held.UntilWaitingAsync(2, second));

        await held.KillWaitingAsync("wait_event_type = 'Lock' and query like '%from campaign%'");
        await held.ReleaseAsync();

        var added = (await second).Value!;
        Assert.False(added.IsReplay);
        var stored = await Recount.JobsAsync(rig, campaign.Id);
        Assert.Equal(added.Jobs, stored.Select(j => j.Id));
        try
        {
            // the first finds the answer of the second, or none yet
            Assert.Equal(added.Jobs, (await first).Value!.Jobs);
        }
        catch (StoreUnavailableException)
        {
            Assert.Equal(added.Jobs, (await rig.Intake.AddAsync(campaign.Id, jobs, key)).Value!.Jobs);
        }
    }

    [Theory]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.Finished)]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.Deleted)]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.None)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.Finished)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.Deleted)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.None)]
    public async Task RefusedCampaign_LeavesNothing_NotEvenTheKey(StorageEngine engine, CampaignStatus status)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, status: status);
        var id = status == CampaignStatus.None ? new CampaignId(1) : campaign.Id;
        var key = new IntakeKey("scope", $"refused {campaign.Id.Value}");
        var hints = rig.Hints.Calls.Count;
        var before = await Tables.ReadAsync(rig);

        var answer = await rig.Intake.AddAsync(id, [Job(), Job() with { Policy = Evening }], key);

        Assert.False(answer.IsDone);
        Assert.Equal(status == CampaignStatus.None ? "campaign_not_found" : "campaign_state", answer.Refusal.Code);
        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        Assert.Equal(hints, rig.Hints.Calls.Count);
        var open = await TestCampaign.NewAsync(rig, status: CampaignStatus.Paused);
        Assert.False((await rig.Intake.AddAsync(open.Id, [Job()], key)).Value!.IsReplay);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task FailureInTheMiddle_LeavesNothing(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        await DoubtTests.FailOnAsync(rig, "insert", "call_job_data", "new.payload = 'boom'");
        var key = new IntakeKey("scope", $"fails {campaign.Id.Value}");
        var before = await Tables.ReadAsync(rig);
        NewJob[] jobs = [Job(), Job() with { Payload = "boom", Policy = Evening }];

        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.Intake.AddAsync(campaign.Id, jobs, key));
        await Assert.ThrowsAnyAsync<Exception>(() => rig.Intake.AddAsync(campaign.Id, jobs, null));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        Assert.False((await rig.Intake.AddAsync(campaign.Id, [jobs[0]], key)).Value!.IsReplay);
    }

    /// <summary>A finish and an intake at once: added before it and counted, or refused.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task FinishAtOnce_IsBeforeOrAfter(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        for (var round = 0; round < 5; round++)
        {
            var campaign = await TestCampaign.NewAsync(rig);
            var intake = Task.Run(() => there.Intake.AddAsync(campaign.Id, [Job(), Job()], null));
            var finish = Task.Run(() => rig.Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Finished }, campaign.Row.Epoch));

            Assert.True(await finish);
            Assert.Equal((await intake).IsDone ? 2 : 0, (await campaign.CountersAsync()).Total);
            await Recount.AssertAsync(rig, campaign);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task SiblingFlags_AreSetForNewAndOldRowsOfTheCampaign_P22(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign campaign = await TestCampaign.NewAsync(rig), elsewhere = await TestCampaign.NewAsync(rig);
        var phones = store.NewPhones(4);
        var old = await campaign.AddAsync(phones[0], phones[1]);
        var other = await elsewhere.AddAsync(phones[0], phones[2]);
        Assert.All(old.Concat(other), r => Assert.False(r.Has(JobFlags.Siblings)));

        var added = await campaign.AddAsync(phones[0], phones[2], phones[3], phones[3]);

        Assert.Equal([true, false, true, true], added.Select(r => r.Has(JobFlags.Siblings)));
        Assert.Equal([true, false], await FlagsAsync(campaign, old));
        Assert.Equal([false, false], await FlagsAsync(elsewhere, other));
        // only the flag: no decision under way is disturbed
        Assert.Equal(1, (await campaign.JobAsync(old[0].Id)).Version);
        Assert.Equal(2, (await rig.Dial.ReadSubscriberAsync(campaign.Id, old[0].Phone))!.Rows.Count);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task SiblingFlags_AreSetForRowsWithHigherIds_WhoseBlockWasTakenLater_P22(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var phone = store.NewPhone();
        var early = await campaign.AddAsync(phone);
        var id = 4_000_000_000_000 + early[0].Id.Value;
        await Tables.ExecuteAsync(rig, $"update call_job set id = {id} where id = {early[0].Id.Value}");

        await campaign.AddAsync(phone);

        Assert.True((await campaign.JobAsync(new JobId(id))).Has(JobFlags.Siblings));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task HundredThousandJobs_InOneCall_AreReadByLaneInOrder(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        NewJob[] jobs = [.. Enumerable.Range(0, 100_000).Select(i => new NewJob { Phone = new PhoneNumber(78_000_000_000 + i), Payload = "{}" })];

        var answer = (await rig.Intake.AddAsync(campaign.Id, jobs, new IntakeKey("scope", "many"))).Value!;

        Assert.Equal(100_000, answer.Jobs.Count);
        Assert.Equal(new CampaignCounters { Total = 100_000, Loaded = 100_000, Waiting = 100_000 }, await campaign.CountersAsync());
        var lane = (await rig.Campaigns.ReadLanesAsync(campaign.Id)).Single();
        var page = await rig.Campaigns.ReadRangeAsync(campaign.Id, new LaneRead(lane.Id, new LaneCursor(rig.Now, answer.Jobs[49_999]), 3));
        Assert.Equal(answer.Jobs.Skip(50_000).Take(3), page.Select(r => r.Id));
        Assert.Equal(jobs[50_000].Phone, page[0].Phone);
    }

    private static async Task<IEnumerable<bool>> FlagsAsync(TestCampaign campaign, IEnumerable<JobRow> rows)
    {
        var flags = new List<bool>();
        foreach (var row in rows)
        {
            flags.Add((await campaign.JobAsync(row.Id)).Has(JobFlags.Siblings));
        }

        return flags;
    }

    private NewJob Job() => new() { Phone = new PhoneNumber(store.NewPhone()), Zone = new ZoneFound("Europe/Moscow", ZoneSource.PhoneLibrary) };
}
