using System.Data.Common;
using System.Globalization;
using Dialer.Numbers;
using Dialer.Privacy;
using Dialer.Silo.PhoneLists;

namespace Dialer.Silo.Storage.Privacy;

/// <summary>Removes personal data in chunks, never of live rows; counters and the campaign's token stay.</summary>
internal sealed class ErasureStore(IDatabase database, TimeProvider clock) : IErasure
{
    private const int IdsAtOnce = 1_000;

    /// <summary>Tables with rows per job, keyed by it.</summary>
    private static readonly string[] JobTables = ["call_try", "call_series", "job_note", "call_leg", "bot_reply", "call_job_data"];

    public Task RequestAsync(PhoneNumber phone) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into erase_request (phone, asked_at) values (@phone, @now) on conflict do nothing", ("phone", phone.Value), ("now", clock.Now().Ms)));

    public Task<List<PhoneNumber>> ReadRequestsAsync(int limit) => database.ReadAsync(connection => connection.ListAsync(
        "select phone from erase_request order by asked_at limit @limit", r => new PhoneNumber(r.GetInt64(0)), ("limit", limit)));

    /// <summary>
    /// Erases a phone whose jobs are all final. False: some are not, and nothing of them was erased. Lists go first: a loading
    /// under way is waited for, so that its jobs are seen.
    /// </summary>
    public async Task<bool> ErasePhoneAsync(PhoneNumber phone)
    {
        // lists have no index by phone (an import would pay for it): they are looked through by a reader, and erased by their keys
        var listed = await database.ReadAsync(connection => connection.ListAsync(
            "select list, row_number from list_row where phone = @phone", r => (List: r.GetInt64(0), Row: r.GetInt64(1)), ("phone", phone.Value)));
        // rows that were run together hold several phones: rare, and looked through one by one
        var together = await database.ReadAsync(connection => connection.ListAsync(
            "select list, row_number, content from list_rejected where phone = @several and phone <> 0",
            r => (List: r.GetInt64(0), Row: r.GetInt64(1), IsOfPhone: PhoneInText.Holds(r.GetString(2), phone)),
            ("several", RejectedRow.SeveralPhones.Value)));
        return await ErasePhoneAsync(phone, listed, [.. together.Where(r => r.IsOfPhone).Select(r => (r.List, r.Row))]);
    }

    /// <summary>Of these jobs those that hold no phone any more: erased, or gone with their campaign.</summary>
    public async Task<IReadOnlySet<JobId>> ReadErasedAsync(IReadOnlyCollection<JobId> jobs)
    {
        var erased = jobs.ToHashSet();
        foreach (var chunk in jobs.Chunk(IdsAtOnce))
        {
            erased.ExceptWith(await database.ReadAsync(connection => connection.ListAsync(
                $"select id from call_job where id in ({Text(chunk.Select(j => j.Value))}) and phone <> 0", r => new JobId(r.GetInt64(0)))));
        }

        return erased;
    }

    private Task<bool> ErasePhoneAsync(PhoneNumber phone, IReadOnlyList<(long List, long Row)> listed, IReadOnlyList<(long List, long Row)> together) => database.WriteAsync(
        async (connection, _) =>
        {
            if (await LockFinalJobsAsync(connection, phone) is null)
            {
                return false;
            }

            if (database.HasRowLocks)
            {
                // a chunk that is being loaded holds its campaign's row
                await connection.ExecuteAsync("select id from campaign where loading = 1 order by id for no key update");
            }

            await EraseFromListsAsync(connection, phone, listed);
            foreach (var (list, row) in together)
            {
                await connection.ExecuteAsync("delete from list_rejected where list = @list and row_number = @row", ("list", list), ("row", row));
            }

            if (await LockFinalJobsAsync(connection, phone) is not { } jobs)
            {
                return false;
            }

            foreach (var id in jobs)
            {
                await connection.ExecuteAsync("update call_job_data set payload = null where job = @job", ("job", id));
                await connection.ExecuteAsync("update call_try set report_data = null, call_result = null, call_result_payload = null, call_tags = null where job = @job", ("job", id));
                await connection.ExecuteAsync("delete from job_note where job = @job", ("job", id));
                await connection.ExecuteAsync("delete from call_leg where job = @job", ("job", id));
                await EraseEventsAsync(connection, id);
                await connection.ExecuteAsync("delete from bot_reply where job = @job", ("job", id));
            }

            // the row stays for the counts, without the number; jobs that were added this moment keep theirs and the request
            await connection.ExecuteAsync("update call_job set phone = 0, version = version + 1 where phone = @phone and status = 4", ("phone", phone.Value));
            const string noJob = "not exists (select 1 from call_job j where j.phone = @phone)";
            await connection.ExecuteAsync(
                $"delete from phone where phone = @phone and not exists (select 1 from do_not_call d where d.phone = phone.phone) and {noJob}",
                ("phone", phone.Value));
            await connection.ExecuteAsync($"delete from erase_request where phone = @phone and {noJob}", ("phone", phone.Value));
            return true;
        },
        isBulk: true);

    /// <summary>
    /// Events keep their numbers, or who continues after them would see a gap; a delivery that was under way is given up.
    /// </summary>
    private async Task EraseEventsAsync(DbConnection connection, long job)
    {
        // what the partial indexes ask for is written out
        await connection.ExecuteAsync("""update event set data = '{"erased":true}' where job = @job and job > 0""", ("job", job));
        await connection.ExecuteAsync(
            "update webhook_delivery set body = '', done_at = case when status = 1 then @now else done_at end, "
            + "error = case when status = 1 then 'erased' else error end, status = case when status = 1 then 3 else status end where job = @job and job > 0",
            ("job", job), ("now", clock.Now().Ms));
    }

    /// <summary>Deleted campaigns whose time has come and whose calls are over: none can begin, so one pass erases all their jobs.</summary>
    public Task<List<CampaignId>> ReadDueCampaignsAsync(UnixTime deletedBefore) => database.ReadAsync(connection => connection.ListAsync(
        "select id from campaign where status = 5 and erased_at = 0 and deleted_at < @before and live = 0 order by id",
        r => new CampaignId(r.GetInt64(0)),
        ("before", deletedBefore.Ms)));

    /// <summary>Erases up to so many jobs after the cursor; answers the new cursor, or none when the campaign is empty.</summary>
    public Task<JobId?> EraseJobsAsync(CampaignId campaign, JobId after, int limit) => database.WriteAsync<JobId?>(
        async (connection, _) =>
        {
            var jobs = await connection.ListAsync(
                "select id from call_job where campaign = @campaign and id > @after and status <> 2 order by id limit @limit",
                r => r.GetInt64(0),
                ("campaign", campaign.Value), ("after", after.Value), ("limit", limit));
            if (jobs.Count == 0)
            {
                return null;
            }

            var ids = Text(jobs);
            foreach (var table in JobTables)
            {
                await connection.ExecuteAsync($"delete from {table} where job in ({ids})");
            }

            await connection.ExecuteAsync($"delete from event where job in ({ids}) and job > 0");
            await connection.ExecuteAsync($"delete from webhook_delivery where job in ({ids}) and job > 0");
            await connection.ExecuteAsync($"delete from call_job where id in ({ids}) and status <> 2");
            return new JobId(jobs[^1]);
        },
        isBulk: true);

    /// <summary>After its jobs: lanes and policies go, the row stays for its token. False while a live job is left.</summary>
    public Task<bool> CompleteCampaignAsync(CampaignId campaign) => database.WriteAsync(async (connection, _) =>
    {
        if (await HasJobsAsync(connection, campaign))
        {
            return false;
        }

        await connection.ExecuteAsync("delete from campaign_lane where campaign = @id", ("id", campaign.Value));
        await connection.ExecuteAsync("delete from call_policy where campaign = @id", ("id", campaign.Value));
        await connection.ExecuteAsync("update campaign set erased_at = @now where id = @id", ("now", clock.Now().Ms), ("id", campaign.Value));
        return true;
    });

    /// <summary>Ids of the phone's jobs; null when one of them is not final.</summary>
    private async Task<List<long>?> LockFinalJobsAsync(DbConnection connection, PhoneNumber phone)
    {
        var jobs = await connection.ListAsync(
            "select id, status from call_job where phone = @phone order by id" + (database.HasRowLocks ? " for update" : string.Empty),
            r => (Id: r.GetInt64(0), Status: r.GetInt16(1)),
            ("phone", phone.Value));
        return jobs.Any(j => j.Status != 4) ? null : [.. jobs.Select(j => j.Id)];
    }

    private static async Task EraseFromListsAsync(DbConnection connection, PhoneNumber phone, IReadOnlyList<(long List, long Row)> listed)
    {
        foreach (var (list, row) in listed)
        {
            // of imports before phones were kept with what they rejected: a duplicate equals a row that was kept
            await connection.ExecuteAsync(
                "delete from list_rejected where list = @list and code = 'duplicate' "
                + "and content = (select payload from list_row where list = @list and row_number = @row)",
                ("list", list), ("row", row));
            await connection.ExecuteAsync("delete from list_row where list = @list and row_number = @row", ("list", list), ("row", row));
        }

        // phone <> 0 is written out: it is what makes the partial index usable
        await connection.ExecuteAsync("delete from list_rejected where phone = @phone and phone <> 0", ("phone", phone.Value));
        await connection.ExecuteAsync("delete from list_suspect where phone = @phone", ("phone", phone.Value));
    }

    private static string Text(IEnumerable<long> ids) => string.Join(", ", ids.Select(i => i.ToString(CultureInfo.InvariantCulture)));

    private static async Task<bool> HasJobsAsync(DbConnection connection, CampaignId campaign) =>
        await connection.ScalarAsync("select 1 from call_job where campaign = @id and status = 2 limit 1", ("id", campaign.Value)) is not null;
}
