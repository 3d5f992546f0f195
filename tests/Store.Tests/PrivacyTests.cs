using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>Erasure (P57) and the do-not-call list (P38).</summary>
public class PrivacyTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task ErasedPhone_IsNowhere_AndItsCountsStay_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign a = await TestCampaign.NewAsync(rig), b = await TestCampaign.NewAsync(rig);
        var phone = store.NewPhone();
        var list = await TestList.NewAsync(rig);
        await list.InsertAsync([list.Row(phone, "x"), list.Row(store.NewPhone(), "kept")], [list.Row(phone, "x"), list.Row(phone, "y")]);
        await list.FinishAsync();
        var unfinished = await TestList.NewAsync(rig);
        await unfinished.InsertAsync([], [unfinished.Row(phone, "z")]);
        foreach (var campaign in (TestCampaign[])[a, b])
        {
            await CallToTheEndAsync(rig, campaign, phone);
        }

        await rig.Erasure.RequestAsync(new PhoneNumber(phone));
        Assert.Contains(new PhoneNumber(phone), await rig.Erasure.ReadRequestsAsync(1000));
        Assert.True(await rig.Erasure.ErasePhoneAsync(new PhoneNumber(phone)));

        var text = phone.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.DoesNotContain(await Tables.ReadAsync(rig), r => r.Contains(text, StringComparison.Ordinal));
        string[] own = [$"campaign={a.Id.Value} ", $"campaign={b.Id.Value} "];
        Assert.DoesNotContain(
            await Tables.ReadAsync(rig), r => r.Contains("secret", StringComparison.Ordinal) && own.Any(c => r.Contains(c, StringComparison.Ordinal)));
        Assert.Equal(1, await Tables.CountAsync(rig, "list_row where list = @l", ("l", list.Id.Value)));
        await Recount.AssertAsync(rig, a, b);
    }

    /// <summary>Rows that cannot be called hold numbers too: whatever they were rejected for, and however the number is written.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task ErasedPhone_IsInNoRejectedRow_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        const string file =
            """
            phone;GMT_ZONE;DIALER_PRIORITY
            79165550123;;
            79165550123;;
            79165550123;nowhere;
            79165550123;;9
            8 (916) 555-01-23;;9
            9165550123;;
            79165550123.0;;
            79165550123;;;more
            79165550123;"+3"x;
            79165550188;"+3
            8 (916) 555-01-23;+3
            79165550199;+3";
            79165550188;"+3
            79165550199;+3";
            79165550199;nowhere;
            79165550188;;
            """;
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(file));
        var request = new Dialer.PhoneLists.ListImportRequest { Name = "rejected", Country = "RU", Basis = "asked" };
        var list = (await rig.Import.ImportAsync(request, content, null, CancellationToken.None)).Value!;
        Assert.Equal((13, 2, 1, 10), (list.Rows, list.Accepted, list.Duplicates, list.Rejected));
        var phone = new PhoneNumber(79_165_550_123);
        await rig.Erasure.RequestAsync(phone);

        Assert.True(await rig.Erasure.ErasePhoneAsync(phone));

        var left = await rig.Lists.ReadRejectedAsync(list.Id, 0, 100);
        Assert.Equal([("row_swallows_rows", 14L), ("gmt_zone_bad_format", 16L)], left.Select(r => (r.Code, r.Line)));
        Assert.Equal(1, await Tables.CountAsync(rig, "list_row where list = @l", ("l", list.Id.Value)));
        Assert.DoesNotContain(await Tables.ReadAsync(rig), r => r.Contains("9165550123", StringComparison.Ordinal) || r.Contains("555-01-23", StringComparison.Ordinal));
    }

    /// <summary>What has files of its jobs asks by them: erased ones, and those that are gone with their campaign.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task JobsWithoutAPhone_AreKnownAsErased_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var erased = await CallToTheEndAsync(rig, campaign, store.NewPhone());
        var kept = await CallToTheEndAsync(rig, campaign, store.NewPhone());
        JobId[] jobs = [erased.Id, kept.Id, new JobId(long.MaxValue)];
        Assert.Equal([jobs[2]], await rig.Erasure.ReadErasedAsync(jobs));

        Assert.True(await rig.Erasure.ErasePhoneAsync(erased.Phone));

        Assert.Equal(new HashSet<JobId> { erased.Id, jobs[2] }, await rig.Erasure.ReadErasedAsync(jobs));
        Assert.Empty(await rig.Erasure.ReadErasedAsync([]));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Phone_WithOpenJobs_IsNotErasedYet_AndDoNotCallKeepsIt_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        await rig.DoNotCall.AddAsync([live.Phone], "asked", "test", "test", rig.Now);
        await rig.Erasure.RequestAsync(live.Phone);
        await rig.Erasure.RequestAsync(live.Phone);
        var before = await Tables.ReadAsync(rig);

        Assert.False(await rig.Erasure.ErasePhoneAsync(live.Phone));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await campaign.EndAsync(live, CallClass.Answered);
        Assert.True(await rig.Erasure.ErasePhoneAsync(live.Phone));
        Assert.True(await rig.DoNotCall.ContainsAsync(live.Phone));
        Assert.DoesNotContain(live.Phone, await rig.Erasure.ReadRequestsAsync(1000));
        var again = await campaign.AddOneAsync(live.Phone.Value);
        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(campaign.Intent(again))).Reason);
    }

    /// <summary>PostgreSQL: jobs of the phone are added while it is being erased; they are not half erased.</summary>
    [Fact]
    public async Task JobsAdded_WhileThePhoneIsErased_KeepTheirPhone()
    {
        var rig = await store.OfAsync(StorageEngine.PostgreSql);
        await using var there = rig.Another();
        var campaign = await TestCampaign.NewAsync(rig);
        var done = await CallToTheEndAsync(rig, campaign, store.NewPhone());
        await rig.Erasure.RequestAsync(done.Phone);
        await using var held = await HeldRow.RowAsync(rig, "call_job", "id", done.Id.Value);
        var erasing = Task.Run(() => there.Erasure.ErasePhoneAsync(done.Phone));
        Assert.True(await held.UntilWaitingAsync(1, erasing));
        var elsewhere = await TestCampaign.NewAsync(rig);
        var added = await elsewhere.AddOneAsync(done.Phone.Value);

        await held.ReleaseAsync();

        await erasing;
        Assert.Equal(added.Phone, (await elsewhere.JobAsync(added.Id)).Phone);
        Assert.Contains(done.Phone, await rig.Erasure.ReadRequestsAsync(1000));
        await elsewhere.DialAsync(added);
        await Recount.AssertAsync(rig, campaign, elsewhere);
    }

    /// <summary>PostgreSQL: a phone is erased from a list in the middle of its loading; every job keeps the payload of its own row.</summary>
    [Fact]
    public async Task PhoneErased_WhileItsListLoads_MixesNoPayloads_P37()
    {
        var rig = await store.OfAsync(StorageEngine.PostgreSql);
        await using var there = rig.Another();
        var phones = store.NewPhones(20);
        var campaign = await LoadingTests.LoadingAsync(rig, await TestList.OfAsync(rig, phones), 20);
        var erased = new PhoneNumber(phones[2]);
        await rig.Erasure.RequestAsync(erased);
        await using var held = await HeldRow.TakeAsync(rig, "lock table call_job_data in share mode");
        var loading = Task.Run(() => LoadingTests.LoadAsync(rig, campaign, 10));
        Assert.True(await held.UntilWaitingAsync(1, loading));
        var erasing = Task.Run(() => there.Erasure.ErasePhoneAsync(erased));
        await held.UntilWaitingAsync(2, erasing);

        await held.ReleaseAsync();

        Assert.Equal(10, (await loading).Rows);
        Assert.False((await loading).IsDone);
        Assert.False(await erasing);
        await LoadingTests.LoadAsync(rig, campaign, 100);
        await LoadingTests.AssertLoadedAsync(rig, campaign, phones);
        Assert.Contains(erased, await rig.Erasure.ReadRequestsAsync(1000));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task DeletedCampaign_IsErasedInChunks_NeverItsLiveRow_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var kept = await TestCampaign.NewAsync(rig);
        var beside = await CallToTheEndAsync(rig, kept, store.NewPhone());
        for (var i = 0; i < 3; i++)
        {
            await CallToTheEndAsync(rig, campaign, store.NewPhone());
        }

        var live = await campaign.DialAsync((await campaign.AddAsync(store.NewPhones(4)))[1]);
        Assert.True(await rig.Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Deleted, DeletedAt = rig.Now }, campaign.Row.Epoch));
        var due = rig.Now + TimeSpan.FromSeconds(1);

        Assert.Equal(3, await EraseAsync(rig, campaign, chunk: 2));
        Assert.Equal([live.Id], (await Recount.JobsAsync(rig, campaign.Id)).Select(j => j.Id));
        Assert.False(await rig.Erasure.CompleteCampaignAsync(campaign.Id));

        // while it has a call it is not due: the pass over its jobs would leave that one behind
        Assert.DoesNotContain(campaign.Id, await rig.Erasure.ReadDueCampaignsAsync(due));
        await campaign.EndAsync(live, CallClass.Answered);
        Assert.DoesNotContain(campaign.Id, await rig.Erasure.ReadDueCampaignsAsync(rig.Now));
        Assert.Contains(campaign.Id, await rig.Erasure.ReadDueCampaignsAsync(due));
        await EraseAsync(rig, campaign, chunk: 100);
        Assert.True(await rig.Erasure.CompleteCampaignAsync(campaign.Id));

        Assert.DoesNotContain(campaign.Id, await rig.Erasure.ReadDueCampaignsAsync(due));
        Assert.Equal(CampaignStatus.Deleted, (await rig.Queries.FindCampaignByTokenAsync(campaign.Row.Token))!.Status);
        foreach (var table in (string[])["call_job", "call_job_data", "call_try", "call_series", "job_note", "campaign_lane", "call_policy"])
        {
            Assert.Equal(0, await Tables.CountAsync(rig, $"{table} where campaign = @c", ("c", campaign.Id.Value)));
        }

        Assert.Equal(beside, await kept.JobAsync(beside.Id));
        Assert.Single(await rig.Queries.ReadTriesAsync(beside.Id));
        // what comes late finds no row and makes none
        Assert.False(await rig.Dial.WriteStepAsync(campaign.Ended(live, CallClass.Busy)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task DoNotCallList_CountsNewNumbersOnly(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        PhoneNumber[] phones = [.. store.NewPhones(3).Select(p => new PhoneNumber(p))];

        Assert.Equal(2, await rig.DoNotCall.AddAsync([phones[1], phones[0], phones[1]], "asked", "test", "anna", rig.Now));
        Assert.Equal(1, await rig.DoNotCall.AddAsync(phones, "again", "test", "boris", rig.Now));

        Assert.Equal(1, await Tables.CountAsync(rig, "do_not_call where phone = @p and reason = 'asked' and added_by = 'anna'", ("p", phones[0].Value)));
        Assert.True(await rig.DoNotCall.RemoveAsync(phones[0]));
        Assert.False(await rig.DoNotCall.RemoveAsync(phones[0]));
        Assert.False(await rig.DoNotCall.ContainsAsync(phones[0]));
        Assert.True(await rig.DoNotCall.ContainsAsync(phones[2]));
    }

    /// <summary>P57: a live call keeps its hold of the phone when a number is entered and removed meanwhile.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task DoNotCall_DoesNotDisturbALiveCall(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        await rig.DoNotCall.AddAsync([live.Phone], "asked", "test", "test", rig.Now);
        await rig.DoNotCall.RemoveAsync(live.Phone);
        await rig.DoNotCall.AddAsync([live.Phone], "asked", "test", "test", rig.Now);

        var waiting = await campaign.EndAsync(live, CallClass.Technical);

        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(campaign.Intent(waiting))).Reason);
        await Recount.AssertAsync(rig, campaign);
    }

    private static async Task<int> EraseAsync(StoreRig rig, TestCampaign campaign, int chunk)
    {
        var chunks = 0;
        for (JobId? cursor = new JobId(0); cursor is { } after; chunks++)
        {
            cursor = await rig.Erasure.EraseJobsAsync(campaign.Id, after, chunk);
        }

        return chunks - 1;
    }

    /// <summary>A job with everything that a job can leave behind.</summary>
    private static async Task<JobRow> CallToTheEndAsync(StoreRig rig, TestCampaign campaign, long phone)
    {
        var live = await campaign.DialAsync((await campaign.AddAsync(new Dialer.Intake.NewJob
        {
            Phone = new PhoneNumber(phone),
            Payload = """{"a":"secret"}""",
            Policy = new() { MaxAttempts = 4 },
        }))[0]);
        var answered = SubscriberMachine.Answered(live, rig.Now);
        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = answered }, System.Text.Encoding.UTF8.GetBytes("secret")));
        var bot = new BotReply { CallResult = "secret", ReportDataJson = """{"b":"secret"}""" };
        var step = campaign.Ended(answered, CallClass.Answered, bot);
        var note = new JobNote(live.Id, campaign.Id, rig.Now, "note", "secret");
        Assert.True(await rig.Dial.WriteStepAsync(step with { Notes = [note] }));
        return step.Row;
    }
}
