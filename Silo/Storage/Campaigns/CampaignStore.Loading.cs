using System.Data.Common;
using System.Globalization;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;

namespace Dialer.Silo.Storage.Campaigns;

internal sealed partial class CampaignStore
{
    /// <summary>
    /// One chunk of P37: rows of the list become jobs inside the database, without passing through this process. Lanes come
    /// from what groups of list rows share. The campaign's row is locked first, so that a finish or an edit is before or after.
    /// </summary>
    public async Task<LoadedChunk> LoadAsync(CampaignId campaign, long epoch, int limit, UnixTime now)
    {
        await EnsureLanesOfListAsync(campaign);
        var ids = await IdAllocator.TakeBlockAsync(database, limit);
        return await database.WriteAsync(
            async (connection, _) =>
            {
                var open = await connection.ListAsync(
                    "select list, loaded_row, load_at from campaign where id = @id and epoch = @epoch and loading = 1"
                    + (database.HasRowLocks ? " for no key update" : string.Empty),
                    r => (List: r.GetInt64(0), From: r.GetInt64(1), At: r.GetInt64(2)),
                    ("id", campaign.Value), ("epoch", epoch));
                return open.Count == 0
                    ? new LoadedChunk(false, 0, false)
                    : await LoadAsync(connection, campaign, open[0], ids, limit, now);
            },
            isBulk: true);
    }

    private async Task<LoadedChunk> LoadAsync(
        DbConnection connection, CampaignId campaign, (long List, long From, long At) open, long ids, int limit, UnixTime now)
    {
        await database.PreferIndexesAsync(connection);
        // by row numbers, not by counts: a row that is erased meanwhile shifts nothing
        var last = open.From + limit;
        var end = Convert.ToInt64(
            await connection.ScalarAsync("select coalesce(max(row_number), 0) from list_row where list = @list", ("list", open.List)),
            CultureInfo.InvariantCulture);
        var rows = open.From >= end ? 0 : await InsertJobsAsync(connection, campaign, open, ids, last, now);
        var isDone = last >= end;
        // at the end the total is what there is: rows that were erased before they were loaded are nobody's jobs
        await connection.ExecuteAsync(
            "update campaign set loaded_row = @last, loaded = loaded + @rows, waiting = waiting + @rows, loading = @loading"
            + (isDone ? ", total = loaded + @rows" : "") + " where id = @id",
            ("last", last), ("rows", rows), ("loading", isDone ? 2 : 1), ("id", campaign.Value));
        return new LoadedChunk(true, rows, isDone, new JobId(ids));
    }

    private async Task<int> InsertJobsAsync(
        DbConnection connection, CampaignId campaign, (long List, long From, long At) open, long ids, long last, UnixTime now)
    {
        (string, object?)[] parameters =
        [
            ("campaign", campaign.Value), ("list", open.List), ("from", open.From), ("last", last),
            ("ids", ids), ("load_at", open.At), ("now", now.Ms),
        ];
        var rows = await connection.ExecuteAsync(
            """
            insert into call_job (id, campaign, phone, lane, not_before, status, flags, created_at)
            select @ids + r.row_number - @from - 1, @campaign, r.phone, l.id, @load_at, 1, 0, @now
            from list_row r
            join list_group g on g.list = r.list and g.number = r.group_number
            join campaign_lane l on l.campaign = @campaign and l.policy = 0 and l.priority = g.priority and l.zone = g.zone
            where r.list = @list and r.row_number > @from and r.row_number <= @last
            """,
            parameters);
        await connection.ExecuteAsync(
            """
            insert into call_job_data (job, campaign, zone_source, list_row, payload)
            select @ids + r.row_number - @from - 1, @campaign, g.zone_source, r.row_number, r.payload
            from list_row r
            join list_group g on g.list = r.list and g.number = r.group_number
            where r.list = @list and r.row_number > @from and r.row_number <= @last
            """,
            parameters);
        await SiblingFlags.SetAsync(database, connection, campaign, ids, ids + last - open.From);
        return rows;
    }

    private async Task EnsureLanesOfListAsync(CampaignId campaign)
    {
        var missing = await database.ReadAsync(connection => connection.ListAsync(
            "select distinct g.priority, g.zone from campaign c join list_group g on g.list = c.list where c.id = @id and not exists "
            + "(select 1 from campaign_lane l where l.campaign = c.id and l.policy = 0 and l.priority = g.priority and l.zone = g.zone)",
            r => ((byte)r.GetInt16(0), r.GetString(1)),
            ("id", campaign.Value)));
        foreach (var (priority, zone) in missing)
        {
            await EnsureLaneAsync(campaign, priority, null, zone);
        }
    }
}
