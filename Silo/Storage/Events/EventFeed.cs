using System.Data.Common;
using System.Globalization;
using Dialer.Campaigns;
using Dialer.Events;

namespace Dialer.Silo.Storage.Events;

/// <summary>Who listens, and what there is to hear. The lease is in the campaign's row, where each writer of an event has it at hand.</summary>
internal sealed class EventFeed(IDatabase database) : IEventFeed
{
    private static readonly string StandingColumns = $"id, name, status, event_seq, {CounterColumns.List}";

    /// <summary>
    /// A lease that was over leaves a number out. One that lies further ahead (a webhook's) is left as it is.
    /// </summary>
    public const string RaiseText =
        "update campaign set event_seq = event_seq + case when listen_until < @doubt then 1 else 0 end, listen_until = @until "
        + "where id = @id and listen_until < @low";

    public async Task<CampaignStanding?> ListenAsync(CampaignId campaign, UnixTime now)
    {
        // most renewals find that another stream has just done it
        var until = await database.ReadAsync(c => c.ScalarAsync("select listen_until from campaign where id = @id", ("id", campaign.Value)));
        if (until is not null && Convert.ToInt64(until, CultureInfo.InvariantCulture) < LowOf(now).Ms)
        {
            await RaiseAsync(campaign, now);
        }

        return await ReadStandingAsync(campaign);
    }

    public async Task ListenToAllAsync(UnixTime now)
    {
        await database.WriteAsync((connection, _) => connection.ExecuteAsync(
            "update event_lease set until = @until where id = 1 and until < @low", ("until", (now + EventLease.Length).Ms), ("low", LowOf(now).Ms)));
        var low = await database.ReadAsync(connection => connection.ListAsync(
            "select id from campaign where (status in (1, 2, 3) or (status = 4 and live > 0)) and listen_until < @low order by id", r => new CampaignId(r.GetInt64(0)), ("low", LowOf(now).Ms)));
        foreach (var campaign in low)
        {
            // each by itself: rows of several campaigns are held by nobody at once but the writers of calls, in their order
            await RaiseAsync(campaign, now);
        }
    }

    public Task<CampaignStanding?> ReadStandingAsync(CampaignId campaign) => database.ReadAsync(async connection => (await connection.ListAsync(
        $"select {StandingColumns} from campaign where id = @id and status <> 5", ReadStanding, ("id", campaign.Value))).SingleOrDefault());

    public Task<IReadOnlyList<CampaignStanding>> ReadOpenAsync() => database.ReadAsync<IReadOnlyList<CampaignStanding>>(async connection =>
        await connection.ListAsync($"select {StandingColumns} from campaign where status in (1, 2, 3) or (status = 4 and live > 0) order by id", ReadStanding));

    public Task<IReadOnlyList<EventHead>> ReadHeadsAsync(UnixTime now) => database.ReadAsync<IReadOnlyList<EventHead>>(async connection =>
        await connection.ListAsync(
            // what the partial index asks for is written out
            "select id, event_seq, created_at, listen_until from campaign where listen_until > 0 and listen_until > @now",
            r => new EventHead(new CampaignId(r.GetInt64(0)), r.GetInt64(1), new UnixTime(r.GetInt64(2)), new UnixTime(r.GetInt64(3))),
            ("now", now.Ms)));

    public Task<IReadOnlyList<StoredEvent>> ReadAsync(CampaignId campaign, long after, int limit) => database.ReadAsync<IReadOnlyList<StoredEvent>>(async connection =>
        await connection.ListAsync(
            $"select {EventRows.Columns} from event where campaign = @campaign and seq > @after order by seq limit @limit",
            EventRows.Read,
            ("campaign", campaign.Value), ("after", after), ("limit", limit)));

    private Task RaiseAsync(CampaignId campaign, UnixTime now) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        RaiseText,
        ("id", campaign.Value), ("until", (now + EventLease.Length).Ms), ("low", LowOf(now).Ms), ("doubt", (now + EventLease.ClockDoubt).Ms)));

    /// <summary>Renewed when less than this is left: once by several streams of one campaign.</summary>
    private static UnixTime LowOf(UnixTime now) => now + (EventLease.Length - (EventLease.Renewal / 2));

    private static CampaignStanding ReadStanding(DbDataReader reader)
    {
        var status = (CampaignStatus)reader.GetInt16(2);
        return new CampaignStanding(new CampaignId(reader.GetInt64(0)), reader.GetString(1), status, CounterColumns.Read(reader, 4).ReadIn(status), reader.GetInt64(3));
    }
}
