using System.Data.Common;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Events;
using Dialer.Grains.Campaigns;
using Dialer.Numbers;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.Notifications;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Campaigns;

/// <summary>Campaigns, lanes and ranges of waiting rows, on either engine.</summary>
internal sealed partial class CampaignStore(IDatabase database) : ICampaignStore
{
    private static readonly string Columns =
        "id, token, status, epoch, settings_version, settings, created_at, starts_at, started_at, finished_at, deleted_at, loading, load_at, "
        + CounterColumns.List;

    public Task InsertAsync(CampaignRow row) => database.WriteAsync(async (connection, _) =>
    {
        // whoever listens to all campaigns listens to this one from its first event
        var listenUntil = await connection.ScalarAsync(
            "insert into campaign (id, name, name_folded, token, status, epoch, settings_version, settings, channel, list, max_calls, created_at, starts_at, "
            + "started_at, finished_at, deleted_at, loading, load_at, total, listen_until) values (@id, @name, @name_folded, @token, @status, @epoch, @settings_version, "
            + "@settings, @channel, @list, @max_calls, @created_at, @starts_at, @started_at, @finished_at, @deleted_at, @loading, @load_at, @add, "
            + "coalesce((select @forever from webhook where status = 1 and for_all = 1 limit 1), (select until from event_lease where id = 1))) "
            + "returning listen_until",
            [.. Values(row), ("token", row.Token), ("created_at", row.CreatedAt.Ms), ("epoch", row.Epoch), ("forever", EventLease.Forever.Ms)]);
        await TellAsync(connection, row, listenUntil);
        return 1;
    });

    public Task<CampaignRow?> ReadAsync(CampaignId id) => database.ReadAsync(async connection =>
        (await connection.ListAsync($"select {Columns} from campaign where id = @id", Read, ("id", id.Value))).SingleOrDefault());

    public Task<bool> TransitionAsync(CampaignRow row, long expectedEpoch) => database.WriteAsync(async (connection, _) =>
    {
        var listenUntil = await connection.ScalarAsync(
            "update campaign set name = @name, name_folded = @name_folded, status = @status, epoch = epoch + 1, settings_version = @settings_version, settings = @settings, "
            + "channel = @channel, list = @list, max_calls = @max_calls, starts_at = @starts_at, started_at = @started_at, "
            + "finished_at = @finished_at, deleted_at = @deleted_at, loading = @loading, load_at = @load_at, total = total + @add "
            + "where id = @id and epoch = @expected" + (row.OnlyIfDone ? " and final = total" : "") + " returning listen_until",
            [.. Values(row), ("expected", expectedEpoch)]);
        if (listenUntil is not null)
        {
            await MailOutbox.AddAsync(connection, row, expectedEpoch + 1);
        }

        await TellAsync(connection, row, listenUntil);
        return listenUntil is not null;
    });

    public Task SetTokenAsync(CampaignId id, string token) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "update campaign set token = @token where id = @id", ("token", token), ("id", id.Value)));

    public Task<CampaignCounters?> ReadCountersAsync(CampaignId id) => database.ReadAsync(async connection =>
    {
        var rows = await connection.ListAsync(
            $"select {CounterColumns.List} from campaign where id = @id", r => CounterColumns.Read(r, 0), ("id", id.Value));
        return rows.Count == 0 ? (CampaignCounters?)null : rows[0];
    });

    public Task<IReadOnlyList<CampaignId>> ListOpenAsync() => database.ReadAsync<IReadOnlyList<CampaignId>>(async connection =>
        await connection.ListAsync(
            "select id from campaign where status in (1, 2, 3) order by id", r => new CampaignId(r.GetInt64(0))));

    public Task<IReadOnlyList<JobRow>> ReadRangeAsync(CampaignId campaign, LaneRead range) => ReadJobsAsync(
        // status = 1 is written out: it is what makes the partial index usable
        "where campaign = @campaign and status = 1 and lane = @lane and (not_before, id) > (@after, @after_id) order by not_before, id limit @limit",
        ("campaign", campaign.Value),
        ("lane", range.Lane.Value),
        ("after", range.After.NotBefore.Ms),
        ("after_id", range.After.Id.Value),
        ("limit", range.Limit));

    public Task<IReadOnlyList<JobRow>> ReadLiveAsync(CampaignId campaign) =>
        ReadJobsAsync("where campaign = @campaign and status = 2", ("campaign", campaign.Value));

    public Task<IReadOnlyList<JobRow>> ReadOverdueBackoffAsync(UnixTime dueBefore, int limit) => ReadJobsAsync(
        "where status = 3 and not_before < @before order by not_before limit @limit", ("before", dueBefore.Ms), ("limit", limit));

    public Task<IReadOnlyList<JobRow>> ReadWaitingWithAttemptsAsync(CampaignId campaign, int attempts, JobId after, int limit) => ReadJobsAsync(
        "where campaign = @campaign and status in (1, 3) and attempts > 0 and attempts >= @attempts and id > @after order by id limit @limit",
        ("campaign", campaign.Value),
        ("attempts", attempts),
        ("after", after.Value),
        ("limit", limit));

    public Task<IReadOnlyList<JobRow>> ReadPassedAsync(CampaignId campaign, UnixTime now, int limit) => ReadJobsAsync(
        "where campaign = @campaign and status in (1, 3) and not_after > 0 and not_after <= @now order by not_after limit @limit",
        ("campaign", campaign.Value),
        ("now", now.Ms),
        ("limit", limit));

    public Task<IReadOnlyList<JobRow>> ReadWaitingAsync(CampaignId campaign, JobId first, JobId end) => ReadJobsAsync(
        "where id >= @first and id < @end and campaign = @campaign and status = 1 order by id",
        ("campaign", campaign.Value),
        ("first", first.Value),
        ("end", end.Value));

    public Task<UnixTime> ReadNextBackoffAsync(CampaignId campaign) => database.ReadAsync(async connection =>
    {
        // one row of a small partial index in the common case; a campaign's own rows among others' are passed over
        var next = await connection.ScalarAsync(
            "select min(not_before) from call_job where status = 3 and campaign = @campaign", ("campaign", campaign.Value));
        return next is null or DBNull ? UnixTime.None : new UnixTime(Convert.ToInt64(next, System.Globalization.CultureInfo.InvariantCulture));
    });

    public Task<PhoneNumber> ReadPhoneAsync(JobId job) => database.ReadAsync(async connection => new PhoneNumber(Convert.ToInt64(
        await connection.ScalarAsync("select phone from call_job where id = @id", ("id", job.Value)) ?? 0L,
        System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>The event of a transition, if it was written and somebody listens (P51).</summary>
    private static async Task TellAsync(DbConnection connection, CampaignRow row, object? listenUntil)
    {
        if (row.Change is { } change && listenUntil is not null && Convert.ToInt64(listenUntil, System.Globalization.CultureInfo.InvariantCulture) > change.At.Ms)
        {
            await EventRows.AddAsync(connection, row, change);
        }
    }

    private Task<IReadOnlyList<JobRow>> ReadJobsAsync(string where, params (string Name, object? Value)[] parameters) =>
        database.ReadAsync<IReadOnlyList<JobRow>>(connection =>
            ListAsync(connection, $"select {JobRows.Columns} from call_job {where}", parameters));

    private static async Task<IReadOnlyList<JobRow>> ListAsync(DbConnection connection, string text, (string Name, object? Value)[] parameters) =>
        await connection.ListAsync(text, JobRows.Read, parameters);

    private static (string Name, object? Value)[] Values(CampaignRow row) =>
    [
        ("id", row.Id.Value),
        ("name", row.Settings.Name),
        ("name_folded", FoldedName.Of(row.Settings.Name)),
        ("status", (int)row.Status),
        ("settings_version", row.SettingsVersion),
        ("settings", SettingsJson.Write(row.Settings)),
        ("channel", row.Settings.Channel.Value),
        ("list", row.Settings.List?.Value ?? 0),
        ("max_calls", row.Settings.MaxSimultaneousCalls),
        ("starts_at", row.StartsAt.Ms),
        ("started_at", row.StartedAt.Ms),
        ("finished_at", row.FinishedAt.Ms),
        ("deleted_at", row.DeletedAt.Ms),
        ("loading", (int)row.Loading),
        ("load_at", row.LoadAt.Ms),
        ("add", row.AddToTotal),
    ];

    private static CampaignRow Read(DbDataReader reader) => new()
    {
        Id = new CampaignId(reader.GetInt64(0)),
        Token = reader.GetString(1),
        Status = (CampaignStatus)reader.GetInt16(2),
        Epoch = reader.GetInt64(3),
        SettingsVersion = reader.GetInt32(4),
        Settings = SettingsJson.Read<CampaignSettings>(reader.GetString(5)),
        CreatedAt = new UnixTime(reader.GetInt64(6)),
        StartsAt = new UnixTime(reader.GetInt64(7)),
        StartedAt = new UnixTime(reader.GetInt64(8)),
        FinishedAt = new UnixTime(reader.GetInt64(9)),
        DeletedAt = new UnixTime(reader.GetInt64(10)),
        Loading = (LoadingState)reader.GetInt16(11),
        LoadAt = new UnixTime(reader.GetInt64(12)),
        Counters = CounterColumns.Read(reader, 13),
    };
}
