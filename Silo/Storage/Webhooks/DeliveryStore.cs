using System.Globalization;
using Dialer.Webhooks;

namespace Dialer.Silo.Storage.Webhooks;

/// <summary>Deliveries as the sender reads and writes them. The schedule is stored: a crash forgets nothing.</summary>
internal sealed class DeliveryStore(IDatabase database)
{
    /// <summary>Attempts of a delivery that its log keeps.</summary>
    public const int MaxLog = 20;

    public Task<List<WebhookDelivery>> ReadDueAsync(long webhook, UnixTime now, int limit) => database.ReadAsync(connection => connection.ListAsync(
        $"select {WebhookRows.DeliveryColumns} from webhook_delivery where webhook = @webhook and status = 1 and next_at <= @now order by next_at, id limit @limit",
        WebhookRows.ReadDelivery,
        ("webhook", webhook), ("now", now.Ms), ("limit", limit)));

    /// <summary>Webhooks that are enabled and have something to be sent now, with their secrets.</summary>
    public Task<List<DueWebhook>> ReadDueWebhooksAsync(UnixTime now) => database.ReadAsync(connection => connection.ListAsync(
        "select w.id, w.url, w.secret from webhook w where w.status = 1 "
        + "and exists (select 1 from webhook_delivery d where d.webhook = w.id and d.status = 1 and d.next_at <= @now) order by w.id",
        r => new DueWebhook(r.GetInt64(0), r.GetString(1), new Secret(r.GetString(2))),
        ("now", now.Ms)));

    /// <summary>
    /// Writes what became of attempts, in one commit. One that was replayed or erased meanwhile keeps that.
    /// </summary>
    public Task<int> RecordAsync(IReadOnlyList<WebhookDelivery> attempted) => database.WriteAsync(
        async (connection, _) =>
        {
            var written = 0;
            foreach (var d in attempted.OrderBy(d => d.Id))
            {
                written += await connection.ExecuteAsync(
                    "update webhook_delivery set status = @status, tries = @tries, next_at = @next, done_at = @done, error = @error, log = @log "
                    + "where id = @id and status = 1 and tries = @before",
                    ("id", d.Id),
                    ("status", (short)d.Status),
                    ("tries", d.Tries),
                    ("next", d.NextAt.Ms),
                    ("done", d.DoneAt.Ms),
                    ("error", d.Error),
                    ("log", SettingsJson.Write(d.Attempts.TakeLast(MaxLog))),
                    ("before", d.Tries - 1));
            }

            return written;
        },
        isBulk: true);

    /// <summary>Gives the oldest up, so that at most so many wait: those that could be replayed are still there to be seen.</summary>
    public Task<int> TrimAsync(long webhook, int keep, UnixTime now, int limit) => database.WriteAsync(
        async (connection, _) =>
        {
            var pending = Convert.ToInt64(
                await connection.ScalarAsync("select count(*) from webhook_delivery where webhook = @webhook and status = 1", ("webhook", webhook)), CultureInfo.InvariantCulture);
            if (pending <= keep)
            {
                return 0;
            }

            // the first handed over, not the first due: a failing one is due later and later
            var oldest = await connection.ListAsync(
                "select id from webhook_delivery where webhook = @webhook and status = 1 order by created_at, id limit @limit",
                r => r.GetInt64(0).ToString(CultureInfo.InvariantCulture),
                ("webhook", webhook), ("limit", Math.Min(pending - keep, limit)));
            return await connection.ExecuteAsync(
                $"update webhook_delivery set status = 3, error = 'queue_full', done_at = @now, next_at = 0 where id in ({string.Join(", ", oldest)}) and status = 1",
                ("now", now.Ms));
        },
        isBulk: true);
}

/// <summary>A webhook with something to be sent.</summary>
internal sealed record DueWebhook(long Id, string Url, Secret Secret);
