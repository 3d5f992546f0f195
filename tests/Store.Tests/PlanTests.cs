using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Accounts;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Sqlite;
using Dialer.Subscribers;
using Microsoft.Data.Sqlite;

namespace Dialer.Tests.Stores;

/// <summary>I7: no step's cost grows with the list. The hot statements go by an index, whenever they were planned.</summary>
public partial class PlanTests(Engines engines)
{
    /// <summary>Two rounds touch a few hundred rows of a table.</summary>
    private const int MostFetched = 5_000;

    /// <summary>
    /// Statements are prepared on the kept connections while the tables are empty; then the tables are filled, and neither those
    /// plans nor new ones read a table as a whole (docs/decisions/0002).
    /// </summary>
    [Fact]
    public async Task PostgreSql_ScansNoTable_AlsoWhenPlannedOnEmptyOnes()
    {
        // closed below: a connection hands in its figures when it ends
        var rig = await StoreRig.NewAsync(engines, StorageEngine.PostgreSql);
        rig.Care = CareSettings.Off with { CallsPerDay = 100 };
        for (var i = 0; i < 6; i++)
        {
            await EverythingAsync(rig, 79_100_000_000 + (100 * i));
        }

        await FillAsync(rig);
        var before = await ReadsAsync(rig.Options.ConnectionString!);

        await EverythingAsync(rig, 79_200_000_000);
        await using (var fresh = rig.Another())
        {
            await EverythingAsync(fresh, 79_300_000_000);
        }

        await rig.DisposeAsync();
        var after = await ReadsAsync(rig.Options.ConnectionString!);
        Assert.Equal(9, after.Count);
        Assert.All(after.Zip(before), t =>
        {
            Assert.True(t.First.Scanned == t.Second.Scanned, $"{t.First.Table}: {t.First.Scanned - t.Second.Scanned} rows were scanned");
            Assert.True(t.First.Fetched - t.Second.Fetched < MostFetched, $"{t.First.Table}: {t.First.Fetched - t.Second.Fetched} rows were passed over");
        });
    }

    /// <summary>
    /// The planner knows campaigns of a row each, as on a server with many small ones; then a large one is added by connections
    /// that planned before. Not its square is passed over (seen: statements that took over 30 s).
    /// </summary>
    [Fact]
    public async Task PostgreSql_AddsManyRowsInTime_WhenPlannedForSmallCampaigns()
    {
        await using var rig = await StoreRig.NewAsync(engines, StorageEngine.PostgreSql);
        await Tables.ExecuteAsync(
            rig,
            "insert into call_job (id, campaign, phone, lane, not_before, status, created_at) "
            + "select -n, -n, 79200000000 + n, 1, n, 1, 1 from generate_series(1, 3000) n");
        await Tables.ExecuteAsync(rig, "analyze");
        var campaign = await TestCampaign.NewAsync(rig);
        await campaign.AddAsync(79_100_000_000, 79_100_000_001, 79_100_000_000);
        await campaign.AddAsync(79_100_000_000, 79_100_000_002);
        var small = TimeProvider.System.GetTimestamp();
        await AddManyAsync(rig, campaign, 79_300_000_000, 3_000);
        var took = TimeProvider.System.GetElapsedTime(small);

        var large = TimeProvider.System.GetTimestamp();
        await AddManyAsync(rig, campaign, 79_400_000_000, 60_000);

        // 20 times the rows; their square would be 400 times
        Assert.InRange(TimeProvider.System.GetElapsedTime(large) / took, 0, 100);
    }

    private static async Task AddManyAsync(StoreRig rig, TestCampaign campaign, long first, int count)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, count).Select(i => new NewJob { Phone = new PhoneNumber(first + (i * 3L / 4)) })];
        Assert.Equal(count, (await rig.Intake.AddAsync(campaign.Id, jobs, null)).Value!.Jobs.Count);
    }

    /// <summary>Every statement as it was run, explained: planned without statistics, as on a new database.</summary>
    [Fact]
    public async Task Sqlite_ScansNoTable()
    {
        await using var rig = await StoreRig.NewAsync(engines, StorageEngine.Sqlite);
        var statements = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await rig.Database.ReadAsync(c => TraceAsync(c, statements));
        await rig.Database.WriteAsync((c, _) => TraceAsync(c, statements));

        await EverythingAsync(rig, 79_100_000_000);

        var plans = await ExplainAsync(rig, statements.Values);
        string[] scans = [.. plans.Where(p => p.Plan.StartsWith("SCAN ", StringComparison.Ordinal) && !IsFine(p)).Select(p => $"{p.Plan}: {p.Text}")];
        Assert.True(scans.Length == 0, string.Join("\n", scans));
        string[] ranges =
        [
            "INDEX call_job_due (campaign=? AND lane=? AND not_before>?)", "INDEX call_job_live (campaign=?)",
            "INDEX call_job_backoff (not_before<?)", "INDEX call_job_phone (phone=? AND campaign=?)",
            "INDEX call_job_passed (campaign=? AND not_after>? AND not_after<?)",
            "INDEX call_try_reported (campaign=? AND <expr>>? AND <expr><?)",
        ];
        Assert.All(ranges, r => Assert.Contains(plans, p => p.Plan.Contains(r, StringComparison.Ordinal)));
        Assert.DoesNotContain(
            plans, p => p.Plan.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal) && (p.Text.Contains("lane = ", StringComparison.Ordinal) || p.Text.Contains("limit @limit", StringComparison.Ordinal)));
    }

    /// <summary>Rows of a chunk that was just chosen or given, the partial index of live rows of all silos, and campaigns where they are summed up.</summary>
    private static bool IsFine((string Plan, string Text) p) =>
        p.Plan is "SCAN chunk" or "SCAN json_each VIRTUAL TABLE INDEX 1:" or "SCAN CONSTANT ROW" or "SCAN call_job USING INDEX call_job_live"
        || (p.Plan is "SCAN campaign" or "SCAN t" or "SCAN j" or "SCAN j LEFT-JOIN" && p.Text.Contains("sum(billed_seconds)", StringComparison.Ordinal))
        || p.Plan.StartsWith("SCAN (subquery", StringComparison.Ordinal);

    /// <summary>What a campaign and its subscribers ask of the store over a day.</summary>
    private static async Task EverythingAsync(StoreRig rig, long phone)
    {
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync([.. Enumerable.Range(0, 12).Select(i => phone + i), phone]);
        var siblings = await campaign.AddAsync(phone + 1, phone + 40);
        Assert.True(siblings[0].Has(JobFlags.Siblings));
        await rig.Campaigns.ReadRangeAsync(campaign.Id, new LaneRead(jobs[0].Lane, LaneCursor.Start, 100));
        await rig.Campaigns.ReadRangeAsync(campaign.Id, new LaneRead(jobs[0].Lane, new LaneCursor(rig.Now, jobs[3].Id), 100));
        await rig.Dial.ReadSubscriberAsync(campaign.Id, jobs[0].Phone);

        // trusting, then locked: one of the batch fails
        await TestCampaign.CommitAsync(rig, [.. jobs.Take(6).Select(j => campaign.Intent(j))]);
        await TestCampaign.CommitAsync(rig, [.. jobs.Skip(6).Take(6).Select(j => campaign.Intent(j)), campaign.Intent(siblings[1] with { Version = 9 })]);
        var live = await rig.Campaigns.ReadLiveAsync(campaign.Id);
        Assert.Equal(12, live.Count);
        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = SubscriberMachine.Answered(live[0], rig.Now) }, [1]));
        live = [live[0] with { Version = live[0].Version + 1, AnsweredAt = rig.Now }, .. live.Skip(1)];
        var optOut = new BotReply { StopCalls = StopCalls.Organisation };
        var said = SubscriberMachine.Said(campaign.Context(live[0]), null, new BotReply { CallResult = "x" }, rig.Now).Step!;
        Assert.True(await rig.Dial.WriteStepAsync(said));
        await rig.Dial.ReadBotReplyAsync(live[0].Try);
        live = [said.Row, .. live.Skip(1)];
        await TestCampaign.CommitAsync(
            rig, campaign.Ended(live[0], CallClass.Answered), campaign.Ended(live[1], CallClass.Technical), campaign.Ended(live[2], CallClass.Answered, optOut));
        await TestCampaign.CommitAsync(
            rig, campaign.Ended(live[3], CallClass.Busy), campaign.Ended(live[4], CallClass.Technical), campaign.Ended(live[5] with { Version = 9 }, CallClass.Busy));
        await AskAsync(rig, campaign, live);
    }

    private static async Task AskAsync(StoreRig rig, TestCampaign campaign, IReadOnlyList<JobRow> live)
    {
        await rig.Campaigns.ReadOverdueBackoffAsync(rig.Now + TimeSpan.FromHours(1), 100);
        await rig.Campaigns.ReadNextBackoffAsync(campaign.Id);
        await rig.Campaigns.ReadPassedAsync(campaign.Id, rig.Now, 100);
        await rig.Campaigns.ReadPhoneAsync(live[0].Id);
        await rig.Silos.ReadLiveOfAsync([1, 2], new JobId(0), 100);
        await rig.Silos.ReadLegAsync(live[0].Try);
        await rig.Dial.ReadTryAsync(live[0].Try);
        await new Dialer.Silo.Storage.Bots.CallBriefs(rig.Database, TimeProvider.System).ReadAsync(live[0].Try);
        await rig.Queries.ReadTriesAsync(live[0].Id);
        await rig.Queries.ReadNotesAsync(live[0].Id);
        await rig.Queries.ReadJobsAsync(campaign.Id, [live[0].Id, live[1].Id]);
        await rig.Queries.ReadJobsAsync(campaign.Id, live[0].Id, 10);
        await rig.Queries.ReadJobsAsync(campaign.Id, JobStatus.Final, live[0].Id, 10);
        var exports = new Dialer.Silo.Storage.Queries.ReportExports(rig.Database);
        await exports.ReadColumnsAsync(campaign.Id, CancellationToken.None);
        await exports.ReadJobsAsync(campaign.Id, null, live[0].Id, 10);
        await exports.ReadTriesAsync(campaign.Id, live[0].Id, 10);
        await rig.Get<IPackageStore>().ReadUseAsync(rig.Now);
        await rig.Get<IPackageStore>().ReadHoldableAsync();
        var attempts = new AttemptFilter { StartedFrom = rig.Now - TimeSpan.FromHours(1), StartedTo = rig.Now + TimeSpan.FromHours(1) };
        Assert.NotEmpty(await rig.Get<IJobReports>().ReadAttemptsAsync(campaign.Id, attempts, 0, 10));
        await rig.DoNotCall.ContainsAsync(live[0].Phone);
        await rig.DoNotCall.ReadCampaignsOfAsync(live[0].Phone);
        await rig.DoNotCall.AddAsync([new PhoneNumber(live[0].Phone.Value + 50)], "asked", "test", "test", rig.Now);
        var list = await TestList.OfAsync(rig, Enumerable.Range(0, 20).Select(i => live[0].Phone.Value + 60 + i));
        var loading = await LoadingTests.LoadingAsync(rig, list, 20);
        await LoadingTests.LoadAsync(rig, loading, 15);
        await LoadingTests.LoadAsync(rig, loading, 15);
    }

    private static async Task FillAsync(StoreRig rig)
    {
        var campaign = await TestCampaign.NewAsync(rig);
        var lane = await rig.Campaigns.EnsureLaneAsync(campaign.Id, 3, null, TestCampaign.Zone);
        const string rows = "from generate_series(1, 60000) n";
        string[] texts =
        [
            $"insert into call_job (id, campaign, phone, lane, not_before, status, created_at) select 1000000000 + n, {campaign.Id.Value}, 70000000000 + n, {lane.Id.Value}, n, case when n % 2000 < 2 then 2 + n % 2 else 1 + 3 * (n % 2) end, 1 {rows}",
            $"insert into call_job_data (job, campaign, zone_source, list_row) select 1000000000 + n, {campaign.Id.Value}, 1, n {rows}",
            $"insert into phone (phone) select 70000000000 + n {rows}",
            $"insert into do_not_call select 60000000000 + n, 'r', 's', 1, 'a' {rows}",
            $"insert into call_leg select 1000000000 + n, 1, '' {rows}",
            $"insert into bot_reply select 1000000000 + n, 1, '' {rows}",
            $"insert into call_try select 1000000000 + n, 1, {campaign.Id.Value}, 0, 1, 1, 1, 0, 1, 2, 0, 0, 0, 0, null, 'r', 0, null, 0, -1, null, 1, 0 {rows}",
            $"insert into job_note select 1000000000 + n, {campaign.Id.Value}, 1, 'c', null {rows}",
            $"insert into list_row select 1000000000, n, 70000000000 + n, 1, '' {rows}",
        ];
        foreach (var text in texts)
        {
            await Tables.ExecuteAsync(rig, text);
        }
    }

    /// <summary>Rows read by scanning and by index, by table, once the figures stand still.</summary>
    private static async Task<IReadOnlyList<(string Table, long Scanned, long Fetched)>> ReadsAsync(string database)
    {
        await using var connection = new Npgsql.NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        const string text =
            "select t.relname, t.seq_tup_read, t.idx_tup_fetch + (select sum(i.idx_tup_read) from pg_stat_user_indexes i where i.relid = t.relid)::bigint "
            + "from pg_stat_user_tables t where relname in "
            + "('call_job', 'call_job_data', 'phone', 'do_not_call', 'call_leg', 'bot_reply', 'call_try', 'job_note', 'list_row') order by 1";
        IReadOnlyList<(string, long, long)> last = [];
        for (var same = 0; same < 4;)
        {
            await connection.ScalarAsync("select pg_stat_clear_snapshot()");
            var now = await connection.ListAsync(text, r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)));
            same = last.SequenceEqual(now) ? same + 1 : 0;
            last = now;
            await Task.Delay(200);
        }

        return last;
    }

    private static Task<bool> TraceAsync(DbConnection connection, ConcurrentDictionary<string, string> statements)
    {
        SQLitePCL.raw.sqlite3_trace(
            ((SqliteConnection)connection).Handle,
            (_, text) => statements.TryAdd(Digits().Replace(text.utf8_to_string(), "0"), text.utf8_to_string()),
            null);
        return Task.FromResult(true);
    }

    private static async Task<List<(string Plan, string Text)>> ExplainAsync(StoreRig rig, IEnumerable<string> texts)
    {
        var plans = new List<(string, string)>();
        await using var connection = new SqliteFile(rig.Options.DialerFile).OpenForReading();
        foreach (var text in texts.Where(t => Verb().IsMatch(t)).Order(StringComparer.Ordinal))
        {
            plans.AddRange((await connection.ListAsync("explain query plan " + text, r => r.GetString(3))).Select(p => (p, text)));
        }

        return plans;
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("^\\s*(select|update|insert|delete)", RegexOptions.IgnoreCase)]
    private static partial Regex Verb();
}
