using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>Reports and lists say what rows and counters say (P11, P18, P50).</summary>
public class QueryTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Report_PagesThroughEachJobOnce(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign campaign = await TestCampaign.NewAsync(rig), other = await TestCampaign.NewAsync(rig);
        var expected = new List<JobId>();
        for (var i = 0; i < 5; i++)
        {
            expected.AddRange((await campaign.AddAsync(store.NewPhones(3))).Select(j => j.Id));
            await other.AddAsync(store.NewPhones(2));
        }

        var read = new List<JobId>();
        for (IReadOnlyList<JobReport> page = []; read.Count == 0 || page.Count > 0; read.AddRange(page.Select(j => j.Id)))
        {
            page = await rig.Queries.ReadJobsAsync(campaign.Id, read.LastOrDefault(), 4);
            Assert.True(page.Count <= 4);
        }

        Assert.Equal(expected, read);
        JobId[] some = [expected[7], expected[2], new JobId(1)];
        Assert.Equal([expected[2], expected[7]], (await rig.Queries.ReadJobsAsync(campaign.Id, some)).Select(j => j.Id));
        Assert.Empty(await rig.Queries.ReadJobsAsync(other.Id, some));
        Assert.Empty(await rig.Queries.ReadJobsAsync(other.Id, []));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Report_ShowsTheLastTry_AndTimelineAllOfThem_P32(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var job = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Busy);
        var second = await campaign.DialAsync(job, rig.Now + TimeSpan.FromMinutes(40));
        var step = campaign.Ended(second, CallClass.Answered, new BotReply { CallResult = "так", ReportDataJson = """{"x":1}""", SpeechSeconds = 4, AnsweredBy = AnsweredBy.Human });
        Assert.True(await rig.Dial.WriteStepAsync(step));

        var report = (await rig.Queries.ReadJobsAsync(campaign.Id, [job.Id])).Single();

        Assert.Equal((JobStatus.Final, JobResult.ReachedWithResult, 2, 2), (report.Status, report.Result, report.Attempts, report.Tries));
        Assert.Equal((CallClass.Answered, 486, TimeSpan.FromSeconds(6)), (report.LastClass, report.LastSipCode, report.LastTalk));
        Assert.Equal(second.TryStartedAt, report.LastStartedAt);
        var tries = await rig.Queries.ReadTriesAsync(job.Id);
        Assert.Equal([CallClass.Busy, CallClass.Answered], tries.Select(t => t.Class));
        Assert.Equal(step.Try, tries[1]);
    }

    /// <summary>Finish writes no row: what waits reads as ended, and the counters read as a recount of the report.</summary>
    [Theory]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.Finished)]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.Deleted)]
    [InlineData(StorageEngine.PostgreSql, CampaignStatus.Paused)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.Finished)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.Deleted)]
    [InlineData(StorageEngine.Sqlite, CampaignStatus.Paused)]
    public async Task CountersReadIn_SayTheSameAsTheReport_P11(StorageEngine engine, CampaignStatus status)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        CallClass[] outcomes =
        [
            CallClass.Answered, CallClass.Busy, CallClass.NoAnswer, CallClass.Technical, CallClass.Nonexistent, CallClass.NotPlaced,
            CallClass.Unknown, CallClass.BotFailed, CallClass.Cancelled,
        ];
        foreach (var outcome in outcomes)
        {
            await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), outcome);
        }

        var rows = await campaign.AddAsync(store.NewPhones(4));
        await campaign.DialAsync(rows[0]);
        Assert.True(await rig.Dial.WriteStepAsync(SubscriberMachine.Cancel(rows[1], EndReason.Cancelled, rig.Now)!));
        Assert.True(await rig.Dial.WriteStepAsync(SubscriberMachine.EndForDoNotCall(rows[2], rig.Now)));
        var ended = campaign.Row with { Status = status, FinishedAt = rig.Now + TimeSpan.FromHours(1) };
        Assert.True(await rig.Campaigns.TransitionAsync(ended, campaign.Row.Epoch));

        var reports = await rig.Queries.ReadJobsAsync(campaign.Id, default, 100);
        var counters = (await campaign.CountersAsync()).ReadIn(status);

        Assert.Equal(13, reports.Count);
        Assert.Equal(Of(reports, JobStatus.Waiting), counters.Waiting);
        Assert.Equal(Of(reports, JobStatus.Live), counters.Live);
        Assert.Equal(Of(reports, JobStatus.Backoff), counters.Backoff);
        Assert.Equal(Of(reports, JobStatus.Final), counters.Final);
        Assert.Equal(Of(reports, JobResult.Reached, JobResult.ReachedWithResult), counters.Answered);
        Assert.Equal(Of(reports, JobResult.NoAnswer, JobResult.AnsweredShort, JobResult.BotFailed), counters.NotAnswered);
        Assert.Equal(Of(reports, JobResult.NotDone), counters.NotDone);
        Assert.Equal(Of(reports, JobResult.Nonexistent), counters.Nonexistent);
        Assert.Equal(Of(reports, JobResult.TechnicalError), counters.TechnicalError);
        Assert.Equal(Of(reports, JobResult.Unknown), counters.Unknown);
        Assert.Equal(Of(reports, JobResult.Cancelled), counters.Cancelled);
        Assert.Equal(reports.Sum(r => r.Attempts), counters.Attempts);
        if (status != CampaignStatus.Paused)
        {
            Assert.Equal(0, counters.Waiting + counters.Backoff);
            Assert.All(
                reports.Where(r => r.EndReason == EndReason.CampaignFinished),
                r => Assert.Equal((ended.FinishedAt, UnixTime.None, JobResult.NotDone), (r.FinishedAt, r.NextAt, r.Result)));
            Assert.Equal(1, reports.Count(r => r.Status == JobStatus.Live));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Campaigns_AreListedNewestFirst_WithoutDeletedOnes_P16(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.OfAsync(rig, store.NewPhones(2));
        TestCampaign a = await TestCampaign.NewAsync(rig, list: list.Id), b = await TestCampaign.NewAsync(rig, list: list.Id);
        await b.AddAsync(store.NewPhones(2));
        Assert.Equal(b.Id, (await rig.Queries.FindCampaignOfListAsync(list.Id))!.Id);
        Assert.True(await rig.Campaigns.TransitionAsync(b.Row with { Status = CampaignStatus.Finished }, b.Row.Epoch));
        var summary = (await rig.Queries.FindCampaignByTokenAsync(b.Row.Token))!;
        Assert.Equal((0, 2, 2), (summary.Counters.Waiting, summary.Counters.Final, summary.Counters.NotDone));

        Assert.True(await rig.Campaigns.TransitionAsync(b.Row with { Status = CampaignStatus.Deleted }, b.Row.Epoch + 1));

        Assert.Equal(a.Id, (await rig.Queries.ReadCampaignsAsync(1)).Single().Id);
        Assert.Equal(a.Id, (await rig.Queries.FindCampaignOfListAsync(list.Id))!.Id);
        Assert.Equal(CampaignStatus.Deleted, (await rig.Queries.FindCampaignByTokenAsync(b.Row.Token))!.Status);
        Assert.Null(await rig.Queries.FindCampaignByTokenAsync("1.2.no"));
    }

    /// <summary>Whatever the letters' case, and whether "ё" was typed; also after it was renamed. Signs of a pattern are signs.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Campaign_IsFoundByPartOfItsRussianName_P48(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var plain = (await TestCampaign.NewAsync(rig)).Row;
        var id = new CampaignId(await rig.Ids.NextAsync());
        var named = plain with { Id = id, Token = $"1.{id}.t", Settings = plain.Settings with { Name = "Опрос ЖИЛЬЦОВ: Ёлочный 50%" } };
        await rig.Campaigns.InsertAsync(named);

        foreach (var part in (string[])["жильцов", "Жильцов", "ЕЛОЧ", "ёлоч", "50%"])
        {
            Assert.Equal([id], await FoundAsync(part));
        }

        Assert.Empty(await FoundAsync("ж_льцов"));
        Assert.Empty(await FoundAsync("опрос%50"));
        Assert.True(await rig.Campaigns.TransitionAsync(named with { Settings = named.Settings with { Name = "Долги СЪЁМЩИКОВ" } }, named.Epoch));
        Assert.Empty(await FoundAsync("жильцов"));
        Assert.Equal([id], await FoundAsync("съемщиков"));

        async Task<IEnumerable<CampaignId>> FoundAsync(string part) =>
            (await rig.Queries.ReadCampaignsAsync(new CampaignFilter(null, part), 0, 100)).Select(c => c.Id);
    }

    /// <summary>By the instant that is shown: whoever asks on from the last one misses nothing, and gets nothing of before.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task AttemptsByDate_GoByTheInstantThatIsReported_P28(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        UnixTime At(int seconds) => rig.Now + TimeSpan.FromSeconds(seconds);
        var rows = await campaign.AddAsync(store.NewPhones(5));

        // answered four seconds after it is dialed
        await campaign.EndAsync(await campaign.DialAsync(rows[0], At(0)), CallClass.Answered);
        await campaign.EndAsync(await campaign.DialAsync(rows[1], At(1)), CallClass.Busy);
        await campaign.EndAsync(await campaign.DialAsync(rows[2], At(9)), CallClass.Answered);
        await campaign.EndAsync(await campaign.DialAsync(rows[4], At(4)), CallClass.NoAnswer);
        await campaign.EndAsync(await campaign.DialAsync(rows[3], At(4)), CallClass.Busy);

        Assert.Equal([1, 0, 3, 4, 2], await ReadAsync(new AttemptFilter()));
        Assert.Equal([0, 3, 4, 2], await ReadAsync(new AttemptFilter { StartedFrom = At(4) }));
        Assert.Equal([2], await ReadAsync(new AttemptFilter { StartedFrom = At(5) }));
        Assert.Equal([1], await ReadAsync(new AttemptFilter { StartedTo = At(4) }));
        Assert.Equal([0, 3, 4], await ReadAsync(new AttemptFilter { StartedFrom = At(2), StartedTo = At(13) }));
        Assert.Equal([3, 4], await ReadAsync(new AttemptFilter(), offset: 2, limit: 2));

        async Task<IEnumerable<int>> ReadAsync(AttemptFilter filter, int offset = 0, int limit = 10) =>
            (await rig.Get<IJobReports>().ReadAttemptsAsync(campaign.Id, filter, offset, limit)).Select(a => rows.ToList().FindIndex(r => r.Id == a.Try.Try.Job));
    }

    private static int Of(IReadOnlyList<JobReport> reports, JobStatus status) => reports.Count(r => r.Status == status);

    private static int Of(IReadOnlyList<JobReport> reports, params JobResult[] results) =>
        reports.Count(r => r.Status == JobStatus.Final && results.Contains(r.Result));
}
