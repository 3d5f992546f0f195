using Dialer.Events;
using Dialer.Silo.Storage.Events;
using Dialer.Webhooks;

namespace Dialer.Silo.Storage.Webhooks;

/// <summary>
/// Campaigns that an enabled webhook wants are listened to for ever, others no longer than a stream does. Looked at after each change
/// of a webhook and again and again: a campaign that was made at the same moment is found then.
/// </summary>
internal sealed class WebhookListening(IDatabase database)
{
    private const string Wanted =
        "exists (select 1 from webhook w where w.status = 1 and (w.for_all = 1 or exists "
        + "(select 1 from webhook_campaign k where k.webhook = w.id and k.campaign = c.id)))";

    /// <summary>What a webhook that wants the campaign has not been handed yet.</summary>
    private const string Behind =
        "exists (select 1 from webhook w where w.status = 1 and (w.for_all = 1 or exists "
        + "(select 1 from webhook_campaign k where k.webhook = w.id and k.campaign = c.id)) "
        + "and coalesce((select r.seq from webhook_cursor r where r.webhook = w.id and r.campaign = c.id), 0) < c.event_seq)";

    public async Task ReconcileAsync(UnixTime now)
    {
        var (missing, idle) = await database.ReadAsync(async connection => (
            await connection.ListAsync(
                $"select c.id from campaign c where (c.status in (1, 2, 3) or (c.status = 4 and c.live > 0)) and c.listen_until < @forever and {Wanted} order by c.id",
                r => r.GetInt64(0),
                ("forever", EventLease.Forever.Ms)),
            await connection.ListAsync(
                $"select c.id from campaign c where c.listen_until > 0 and c.listen_until >= @forever and (not {Wanted} or (c.status = 5 and c.live = 0 and not {Behind})) order by c.id",
                r => r.GetInt64(0),
                ("forever", EventLease.Forever.Ms))));
        foreach (var campaign in missing)
        {
            await database.WriteAsync((connection, _) => connection.ExecuteAsync(
                EventFeed.RaiseText,
                ("id", campaign), ("until", EventLease.Forever.Ms), ("low", EventLease.Forever.Ms), ("doubt", (now + EventLease.ClockDoubt).Ms)));
        }

        foreach (var campaign in idle)
        {
            // streams that are open renew it in time
            await database.WriteAsync((connection, _) => connection.ExecuteAsync(
                "update campaign set listen_until = @until where id = @id and listen_until >= @forever",
                ("id", campaign), ("until", (now + EventLease.Length).Ms), ("forever", EventLease.Forever.Ms)));
        }
    }

    /// <summary>Enabled webhooks, none of which a deleted one is.</summary>
    public Task<List<Webhook>> ReadEnabledAsync() => database.ReadAsync(connection => connection.ListAsync(
        $"select {WebhookRows.Columns} from webhook w where w.status = 1 order by w.id", WebhookRows.Read));
}
