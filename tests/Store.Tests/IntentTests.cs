using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>The intent's transaction (P2, P22, P29, P38, P58): all or nothing.</summary>
public class IntentTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Intent_TakesJobPhoneAndPermit_P29(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        rig.Care = new CareSettings();
        var campaign = await TestCampaign.NewAsync(rig);
        var job = await campaign.AddOneAsync(store.NewPhone());
        var intent = campaign.Intent(job);

        var answer = await rig.Dial.WriteIntentAsync(intent);

        Assert.Equal(new IntentAnswer(IntentResult.Stored), answer);
        Assert.Equal(intent.Row, await campaign.JobAsync(job.Id));
        Assert.Equal(1, (await campaign.CountersAsync()).Live);
        Assert.Equal(0, (await campaign.CountersAsync()).Waiting);
        Assert.Equal(1, await Tables.CountAsync(
            rig, "phone where phone = @p and live_job = @j and live_try = 1 and length(starts) = 4", ("p", job.Phone.Value), ("j", job.Id.Value)));
        Assert.Equal([job.Id], (await rig.Campaigns.ReadLiveAsync(campaign.Id)).Select(r => r.Id));
    }

    public static TheoryData<StorageEngine, string, IntentResult> Refusals()
    {
        var data = new TheoryData<StorageEngine, string, IntentResult>();
        foreach (var engine in new[] { StorageEngine.PostgreSql, StorageEngine.Sqlite })
        {
            data.Add(engine, "epoch raised", IntentResult.EpochPassed);
            data.Add(engine, "epoch zero", IntentResult.EpochPassed);
            data.Add(engine, "paused", IntentResult.EpochPassed);
            data.Add(engine, "campaign gone", IntentResult.EpochPassed);
            data.Add(engine, "channel epoch raised", IntentResult.ChannelEpochPassed);
            data.Add(engine, "channel gone", IntentResult.ChannelEpochPassed);
            data.Add(engine, "at the cap", IntentResult.CapReached);
            data.Add(engine, "cap lowered below live", IntentResult.CapReached);
            data.Add(engine, "row changed", IntentResult.Stale);
            data.Add(engine, "row gone", IntentResult.Stale);
            data.Add(engine, "phone_busy", IntentResult.PhoneRefused);
            data.Add(engine, "gap", IntentResult.PhoneRefused);
            data.Add(engine, "dnc", IntentResult.PhoneRefused);
            data.Add(engine, "cap_day", IntentResult.PhoneRefused);
            data.Add(engine, "cap_hours", IntentResult.PhoneRefused);
        }

        return data;
    }

    /// <summary>Each refusal names its reason, writes nothing anywhere and spends nothing; beside it another intent is stored.</summary>
    [Theory, MemberData(nameof(Refusals))]
    public async Task Refusal_WritesNothing(StorageEngine engine, string why, IntentResult expected)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, max: 3);
        var job = await campaign.AddOneAsync(store.NewPhone());
        var intent = await MakeRefusedAsync(rig, campaign, job, why);
        var beside = await TestCampaign.NewAsync(rig);
        var other = await beside.AddOneAsync(store.NewPhone());
        var before = await Tables.ReadAsync(rig);

        var answer = await rig.Dial.WriteIntentAsync(intent);

        Assert.Equal(expected, answer.Result);
        Assert.Equal(expected == IntentResult.PhoneRefused ? why : null, answer.Reason);
        Assert.Equal(expected == IntentResult.PhoneRefused, answer.NextAt > rig.Now);
        Tables.AssertSame(before, await Tables.ReadAsync(rig));

        // in one batch with one that passes: the same, but for what that one writes
        var refused = await TestCampaign.CommitAsync(rig, intent, beside.Intent(other));
        Assert.Equal([expected, IntentResult.Stored], refused);
        await rig.Dial.WriteStepAsync(beside.Ended(await beside.JobAsync(other.Id), CallClass.NotPlaced));
        string[] traces = [.. (await Tables.ReadAsync(rig)).Where(r => !r.Contains(Mark(other), StringComparison.Ordinal) && !IsOf(beside, r))];
        Tables.AssertSame([.. before.Where(r => !r.Contains(Mark(other), StringComparison.Ordinal) && !IsOf(beside, r))], traces);
    }

    private static string Mark(JobRow job) => job.Phone.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsOf(TestCampaign campaign, string row) =>
        row.StartsWith($"campaign: id={campaign.Id.Value} ", StringComparison.Ordinal) || row.Contains($"campaign={campaign.Id.Value} ", StringComparison.Ordinal);

    private async Task<IntentWrite> MakeRefusedAsync(StoreRig rig, TestCampaign campaign, JobRow job, string why)
    {
        switch (why)
        {
            case "epoch raised":
                Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row, campaign.Row.Epoch));
                return campaign.Intent(job);
            case "epoch zero":
                return campaign.Intent(job) with { Epoch = 0 };
            case "paused":
                Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Paused }, campaign.Row.Epoch));
                return campaign.Intent(job) with { Epoch = campaign.Row.Epoch + 1 };
            case "campaign gone":
                return campaign.Intent(job with { Campaign = new CampaignId(1) });
            case "channel epoch raised":
                Assert.True(await rig.Channels.WriteAsync(campaign.Channel, campaign.Channel.Epoch));
                return campaign.Intent(job);
            case "channel gone":
                return campaign.Intent(job) with { Channel = new ChannelId(1) };
            case "at the cap":
                await DialManyAsync(campaign, 3);
                return campaign.Intent(job);
            case "cap lowered below live":
                await DialManyAsync(campaign, 3);
                Assert.True(await rig.Campaigns.TransitionAsync(
                    campaign.Row with { Settings = campaign.Row.Settings with { MaxSimultaneousCalls = 1 } }, campaign.Row.Epoch));
                return campaign.Intent(job) with { Epoch = campaign.Row.Epoch + 1 };
            case "row changed":
                await campaign.EndAsync(await campaign.DialAsync(job), CallClass.Busy);
                return campaign.Intent(job);
            case "row gone":
                return campaign.Intent(job with { Id = new JobId(1) });
            default:
                return await MakePhoneRefusedAsync(rig, campaign, job, why);
        }
    }

    private static async Task<IntentWrite> MakePhoneRefusedAsync(StoreRig rig, TestCampaign campaign, JobRow job, string why)
    {
        var elsewhere = await TestCampaign.NewAsync(rig);
        if (why == "dnc")
        {
            await rig.DoNotCall.AddAsync([job.Phone], "asked", "test", "test", rig.Now);
            return campaign.Intent(job);
        }

        rig.Care = why switch
        {
            "gap" => CareSettings.Off with { GapMinutes = 5 },
            "cap_day" => CareSettings.Off with { CallsPerDay = 1 },
            "cap_hours" => CareSettings.Off with { CallsPerRollingHours = 1, RollingHours = 2 },
            _ => CareSettings.Off,
        };
        var live = await elsewhere.DialAsync(await elsewhere.AddOneAsync(job.Phone.Value), rig.Now - TimeSpan.FromSeconds(30));
        if (why != "phone_busy")
        {
            await elsewhere.EndAsync(live, CallClass.Busy);
        }

        return campaign.Intent(job);
    }

    private async Task DialManyAsync(TestCampaign campaign, int count)
    {
        foreach (var job in await campaign.AddAsync(store.NewPhones(count)))
        {
            await campaign.DialAsync(job);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Cap_LetsExactlyTheMaximumPass_P2(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, max: 7);
        var jobs = await campaign.AddAsync(store.NewPhones(30));

        var answers = await TestCampaign.CommitAsync(rig, [.. jobs.Select(j => campaign.Intent(j))]);

        Assert.Equal(7, answers.Count(a => a is IntentResult.Stored));
        Assert.Equal(23, answers.Count(a => a is IntentResult.CapReached));
        Assert.Equal(7, (await rig.Campaigns.ReadLiveAsync(campaign.Id)).Count);
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Permit_FreedByAnOutcome_IsFreeToAnIntentOfTheSameBatch(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, max: 2);
        var jobs = await campaign.AddAsync(store.NewPhones(4));
        var (first, second) = (await campaign.DialAsync(jobs[0]), await campaign.DialAsync(jobs[1]));

        // the intents come first: order in the batch does not matter
        var answers = await TestCampaign.CommitAsync(
            rig, campaign.Intent(jobs[2]), campaign.Intent(jobs[3]), campaign.Ended(first, CallClass.Busy), campaign.Ended(second, CallClass.NotPlaced));

        Assert.Equal([IntentResult.Stored, IntentResult.Stored, true, true], answers);
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task MixedBatch_OfSeveralCampaigns_DecidesEachByItself(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        rig.Care = CareSettings.Off with { GapMinutes = 5 };
        TestCampaign a = await TestCampaign.NewAsync(rig, max: 2), b = await TestCampaign.NewAsync(rig), paused = await TestCampaign.NewAsync(rig);
        var jobsA = await a.AddAsync(store.NewPhones(4));
        var jobsB = await b.AddAsync(store.NewPhones(3));
        var ofPaused = await paused.AddOneAsync(store.NewPhone());
        var liveA = await a.DialAsync(jobsA[0]);
        var liveB = await b.DialAsync(jobsB[0]);
        Assert.True(await rig.Campaigns.TransitionAsync(paused.Row with { Status = CampaignStatus.Paused }, paused.Row.Epoch));
        await rig.DoNotCall.AddAsync([jobsB[2].Phone], "asked", "test", "test", rig.Now);

        var answers = await TestCampaign.CommitAsync(
            rig,
            a.Intent(jobsA[1]), a.Intent(jobsA[2]), a.Intent(jobsA[3]), paused.Intent(ofPaused), b.Intent(jobsB[1]), b.Intent(jobsB[2]),
            b.Ended(liveB, CallClass.Answered), a.Ended(liveA with { Version = 9 }, CallClass.Busy));

        Assert.Equal(
            [
                IntentResult.Stored, IntentResult.CapReached, IntentResult.CapReached, IntentResult.EpochPassed,
                IntentResult.Stored, IntentResult.PhoneRefused, true, false,
            ],
            answers);
        await Recount.AssertAsync(rig, a, b, paused);
    }

    /// <summary>I5: of two epochs in one batch at most one is today's; the other is refused whichever comes first.</summary>
    [Theory]
    [InlineData(StorageEngine.PostgreSql, true)]
    [InlineData(StorageEngine.PostgreSql, false)]
    [InlineData(StorageEngine.Sqlite, true)]
    [InlineData(StorageEngine.Sqlite, false)]
    public async Task OldEpochs_BesideNewOnesInOneBatch_AreRefused(StorageEngine engine, bool isOldFirst)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(4));
        Assert.True(await rig.Channels.WriteAsync(campaign.Channel, campaign.Channel.Epoch));
        var old = campaign.Intent(jobs[0]);
        var today = campaign.Intent(jobs[1]) with { ChannelEpoch = campaign.Channel.Epoch + 1 };
        var byChannel = await TestCampaign.CommitAsync(rig, isOldFirst ? [old, today] : [today, old]);
        Assert.Equal(isOldFirst ? [IntentResult.ChannelEpochPassed, IntentResult.Stored] : [IntentResult.Stored, IntentResult.ChannelEpochPassed], byChannel);

        Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row, campaign.Row.Epoch));
        old = campaign.Intent(jobs[2]) with { ChannelEpoch = campaign.Channel.Epoch + 1 };
        today = campaign.Intent(jobs[3]) with { ChannelEpoch = campaign.Channel.Epoch + 1, Epoch = campaign.Row.Epoch + 1 };
        var byCampaign = await TestCampaign.CommitAsync(rig, isOldFirst ? [old, today] : [today, old]);
        Assert.Equal(isOldFirst ? [IntentResult.EpochPassed, IntentResult.Stored] : [IntentResult.Stored, IntentResult.EpochPassed], byCampaign);
        await Recount.AssertAsync(rig, campaign);
    }

    [Theory]
    [InlineData(StorageEngine.PostgreSql, CallClass.Technical, true)]
    [InlineData(StorageEngine.PostgreSql, CallClass.NotPlaced, true)]
    [InlineData(StorageEngine.PostgreSql, CallClass.Busy, false)]
    [InlineData(StorageEngine.Sqlite, CallClass.Technical, true)]
    [InlineData(StorageEngine.Sqlite, CallClass.NotPlaced, true)]
    [InlineData(StorageEngine.Sqlite, CallClass.Busy, false)]
    public async Task Start_CountsFromTheIntent_AndIsGivenBackByATechnicalOutcome_P58(StorageEngine engine, CallClass outcome, bool isGivenBack)
    {
        var rig = await store.OfAsync(engine);
        rig.Care = CareSettings.Off with { CallsPerDay = 1 };
        TestCampaign a = await TestCampaign.NewAsync(rig), b = await TestCampaign.NewAsync(rig);
        var phone = store.NewPhone();
        var (jobA, jobB) = (await a.AddOneAsync(phone), await b.AddOneAsync(phone));
        var live = await a.DialAsync(jobA);
        Assert.Equal("phone_busy", (await rig.Dial.WriteIntentAsync(b.Intent(jobB))).Reason);

        await a.EndAsync(live, outcome);

        var answer = await rig.Dial.WriteIntentAsync(b.Intent(jobB));
        Assert.Equal(isGivenBack ? IntentResult.Stored : IntentResult.PhoneRefused, answer.Result);
        Assert.Equal(isGivenBack ? null : "cap_day", answer.Reason);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Gap_HoldsOtherJobsOfThePhone_NotTheJobItself_P22(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        rig.Care = CareSettings.Off with { GapMinutes = 5 };
        TestCampaign a = await TestCampaign.NewAsync(rig), b = await TestCampaign.NewAsync(rig);
        var phone = store.NewPhone();
        var (jobA, jobB) = (await a.AddOneAsync(phone), await b.AddOneAsync(phone));
        var waiting = await a.EndAsync(await a.DialAsync(jobA), CallClass.Busy);
        var end = rig.Now + TimeSpan.FromSeconds(10);

        var refused = await rig.Dial.WriteIntentAsync(b.Intent(jobB, end + TimeSpan.FromMinutes(4)));
        Assert.Equal(new IntentAnswer(IntentResult.PhoneRefused, "gap", end + TimeSpan.FromMinutes(5)), refused);

        waiting = await a.EndAsync(await a.DialAsync(waiting, end + TimeSpan.FromMinutes(1)), CallClass.NotPlaced);
        Assert.Equal(IntentResult.Stored, (await rig.Dial.WriteIntentAsync(b.Intent(jobB, end + TimeSpan.FromMinutes(5)))).Result);
        Assert.Equal(JobStatus.Waiting, waiting.Status);
    }

    /// <summary>P22: many callers at once for one phone; the writer keeps each key once per batch.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Phone_AskedForByManyCampaignsAtOnce_IsTakenOnce(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var phone = store.NewPhone();
        var campaigns = new List<TestCampaign>();
        var intents = new List<IntentWrite>();
        for (var i = 0; i < 8; i++)
        {
            campaigns.Add(await TestCampaign.NewAsync(rig));
            intents.Add(campaigns[i].Intent(await campaigns[i].AddOneAsync(phone)));
        }

        var answers = await Task.WhenAll(intents.Select(i => rig.Dial.WriteIntentAsync(i).AsTask()));

        Assert.Equal(1, answers.Count(a => a.Result == IntentResult.Stored));
        Assert.Equal(7, answers.Count(a => a.Reason == "phone_busy"));
        await Recount.AssertAsync(rig, [.. campaigns]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task DoNotCall_RemovedAgain_LetsTheIntentPass_P38(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var job = await campaign.AddOneAsync(store.NewPhone());
        await rig.DoNotCall.AddAsync([job.Phone], "asked", "test", "test", rig.Now);
        Assert.Equal(new IntentAnswer(IntentResult.PhoneRefused, "dnc", UnixTime.Never), await rig.Dial.WriteIntentAsync(campaign.Intent(job)));

        Assert.True(await rig.DoNotCall.RemoveAsync(job.Phone));

        await campaign.DialAsync(job);
        Assert.False(await rig.DoNotCall.RemoveAsync(new PhoneNumber(1)));
    }
}
