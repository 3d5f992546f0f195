using System.Globalization;
using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Sqlite;
using Dialer.Subscribers;
using Microsoft.Data.Sqlite;

namespace Dialer.Tests.Stores;

/// <summary>I7: no step's cost grows with the list. The hot statements go by an index, whenever they were planned.</summary>
public class PlanTests(Engines engines)
{
    private const int Many = 200_000;

    /// <summary>
    /// Statements are prepared on the kept connections while the tables are empty; then the tables are filled, and neither those
    /// plans nor new ones read a table as a whole (docs/decisions/0002).
    /// </summary>
    [Fact]
    public async Task PostgreSql_ScansNoTable_AlsoWhenPlannedOnEmptyOnes()
    {
        await using var rig = await StoreRig.NewAsync(engines, StorageEngine.PostgreSql);
        rig.Care = CareSettings.Off with { CallsPerDay = 100 };
        for (var i = 0; i < 6; i++)
        {
            await EverythingAsync(rig, 79_100_000_000 + (100 * i));
        }

        await FillAsync(rig);
        var before = await ScansAsync(rig);

        await EverythingAsync(rig, 79_200_000_000);
        await using (var fresh = rig.Another())
        {
            await EverythingAsync(fresh, 79_300_000_000);
        }

        var after = await ScansAsync(rig);
        Assert.NotEmpty(after);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Sqlite_ScansNoTable()
    {
        await using var rig = await StoreRig.NewAsync(engines, StorageEngine.Sqlite);
        var recorder = new List<string>();
        // planned on empty tables, without statistics
        await ExplainAsync(rig, recorder);
        Assert.NotEmpty(recorder);
        Assert.DoesNotContain(recorder, p => p.StartsWith("SCAN call_job", StringComparison.Ordinal) && !p.Contains("call_job_backoff", StringComparison.Ordinal));
        Assert.DoesNotContain(recorder, p => p.StartsWith("SCAN phone", StringComparison.Ordinal) || p.StartsWith("SCAN call_try", StringComparison.Ordinal));
        Assert.Contains(recorder, p => p.Contains("INDEX call_job_due (campaign=? AND lane=? AND (not_before,id)>(?,?))", StringComparison.Ordinal));
        Assert.Contains(recorder, p => p.Contains("INDEX call_job_live (campaign=?)", StringComparison.Ordinal));
        Assert.Contains(recorder, p => p.Contains("INDEX call_job_backoff (not_before<?)", StringComparison.Ordinal));
        Assert.Contains(recorder, p => p.Contains("INDEX call_job_phone (phone=? AND campaign=?)", StringComparison.Ordinal));
        Assert.DoesNotContain(recorder, p => p.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal) && p.Contains("call_job_due", StringComparison.Ordinal));
    }

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
        await rig.Campaigns.ReadPhoneAsync(live[0].Id);
        await rig.Silos.ReadLiveOfAsync([1, 2], 100);
        await rig.Silos.ReadLegAsync(live[0].Try);
        await rig.Dial.ReadTryAsync(live[0].Try);
        await rig.Queries.ReadTriesAsync(live[0].Id);
        await rig.Queries.ReadNotesAsync(live[0].Id);
        await rig.Queries.ReadJobsAsync(campaign.Id, [live[0].Id, live[1].Id]);
        await rig.Queries.ReadJobsAsync(campaign.Id, live[0].Id, 100);
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
        const string rows = "from generate_series(1, 200000) n";
        string[] texts =
        [
            $"insert into call_job (id, campaign, phone, lane, not_before, status, created_at) select 1000000000 + n, {campaign.Id.Value}, 70000000000 + n, {lane.Id.Value}, n, 1 + n % 4, 1 {rows}",
            $"insert into call_job_data (job, campaign, zone_source, list_row) select 1000000000 + n, {campaign.Id.Value}, 1, n {rows}",
            $"insert into phone (phone) select 70000000000 + n {rows}",
            $"insert into do_not_call select 60000000000 + n, 'r', 's', 1, 'a' {rows}",
            $"insert into call_leg select 1000000000 + n, 1, '' {rows}",
            $"insert into call_try select 1000000000 + n, 1, {campaign.Id.Value}, 0, 1, 1, 1, 0, 1, 2, 0, 0, 0, 0, null, 'r', 0, null, 0, -1, null, 1, 0 {rows}",
            $"insert into job_note select 1000000000 + n, {campaign.Id.Value}, 1, 'c', null {rows}",
            $"insert into list_row select 1000000000, n, 70000000000 + n, 1, '' {rows}",
        ];
        foreach (var text in texts)
        {
            await Tables.ExecuteAsync(rig, text);
        }

        Assert.Equal(Many, await Tables.CountAsync(rig, "call_job where id > 1000000000"));
    }

    /// <summary>Sequential scans and rows read by them, by table, once all backends have told.</summary>
    private static async Task<IReadOnlyList<string>> ScansAsync(StoreRig rig)
    {
        await using var connection = new Npgsql.NpgsqlConnection(rig.Options.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        // idle backends hand their figures in within a second; a new statement on each makes them do it at once
        await rig.Database.ReadAsync(c => c.ExecuteAsync("select pg_stat_force_next_flush()"));
        var text =
            "select relname || ' ' || seq_tup_read from pg_stat_user_tables where relname in "
            + "('call_job', 'call_job_data', 'phone', 'do_not_call', 'call_leg', 'call_try', 'job_note', 'list_row') order by 1";
        IReadOnlyList<string> last = [];
        for (var same = 0; same < 8;)
        {
            await using var clear = new Npgsql.NpgsqlCommand("select pg_stat_clear_snapshot()", connection);
            await clear.ExecuteNonQueryAsync();
            var now = await connection.ListAsync(text, r => r.GetString(0));
            same = last.SequenceEqual(now) ? same + 1 : 0;
            last = now;
            await Task.Delay(200);
        }

        return last;
    }

    /// <summary>The plan of each statement that the engine, the lanes and the subscribers run.</summary>
    private static async Task ExplainAsync(StoreRig rig, List<string> plans)
    {
        await EverythingAsync(rig, 79_100_000_000);
        using var connection = new SqliteFile(rig.Options.DialerFile).OpenForReading();
        string[] texts =
        [
            "select * from call_job where campaign = ?1 and status = 1 and lane = ?2 and (not_before, id) > (?3, ?4) order by not_before, id limit ?5",
            "select * from call_job where campaign = ?1 and status = 2",
            "select * from call_job where status = 3 and not_before < ?1 order by not_before limit ?2",
            "select min(not_before) from call_job where status = 3 and campaign = ?1",
            "select * from call_job where phone = ?1 and campaign = ?2 order by id",
            "select version from call_job where id = ?1",
            "select * from phone where phone = ?1",
            "update call_job set lane = ?1, version = ?2 where id = ?3",
            "update phone set live_job = ?1 where phone = ?2",
            "update call_job set flags = flags | 1 where id >= ?1 and id < ?2 and exists (select 1 from call_job o where o.phone = call_job.phone and o.campaign = ?3 and o.id <> call_job.id)",
            "select * from call_try where job = ?1 and number = ?2",
        ];
        foreach (var text in texts)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "explain query plan " + text;
            for (var i = 1; i <= 5 && text.Contains(string.Create(CultureInfo.InvariantCulture, $"?{i}"), StringComparison.Ordinal); i++)
            {
                command.Parameters.Add(new SqliteParameter($"?{i}", 1));
            }

            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                plans.Add(reader.GetString(3));
            }
        }
    }
}
