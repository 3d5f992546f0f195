using System.Data.Common;
using System.Globalization;
using Dialer.Events;
using Dialer.Webhooks;

namespace Dialer.Silo.Storage.Webhooks;

internal sealed class WebhookStore(IDatabase database, INewIds ids, WebhookListening listening) : IWebhookStore
{
    /// <summary>From now on: each campaign's events so far are behind the cursor; campaigns that are yet to be made have none.</summary>
    private const string CursorText =
        "insert into webhook_cursor (webhook, campaign, seq) select @id, c.id, c.event_seq from campaign c where c.status <> 5 and c.event_seq > 0 "
        + "on conflict (webhook, campaign) do update set seq = excluded.seq";

    public async Task<Answer<Webhook>> CreateAsync(Webhook webhook, Secret secret, UnixTime now)
    {
        var refusal = await database.WriteAsync(async (connection, _) =>
            await RefuseAsync(connection, webhook) ?? await InsertAsync(connection, webhook, secret, now));
        if (refusal is not null)
        {
            return refusal;
        }

        await listening.ReconcileAsync(now);
        return (await FindAsync(webhook.Id))!;
    }

    public Task<IReadOnlyList<Webhook>> ListAsync() => database.ReadAsync<IReadOnlyList<Webhook>>(async connection =>
        await connection.ListAsync($"select {WebhookRows.Columns} from webhook w where w.status in (1, 2) order by w.id", WebhookRows.Read));

    public Task<Webhook?> FindAsync(long id) => database.ReadAsync(async connection => (await connection.ListAsync(
        $"select {WebhookRows.Columns} from webhook w where w.id = @id and w.status in (1, 2)", WebhookRows.Read, ("id", id))).SingleOrDefault());

    public async Task<bool> DeleteAsync(long id, UnixTime now)
    {
        // hidden at once; its rows go in chunks
        var isDeleted = await SetStatusAsync(id, WebhookStatus.Deleted, null, now);
        await listening.ReconcileAsync(now);
        return isDeleted;
    }

    public async Task<Webhook?> EnableAsync(long id, UnixTime now)
    {
        await database.WriteAsync(async (connection, _) =>
        {
            var enabled = await connection.ExecuteAsync(
                "update webhook set status = 1, reason = null, changed_at = @now where id = @id and status = 2", ("id", id), ("now", now.Ms));
            return enabled == 0 ? 0 : await connection.ExecuteAsync(CursorText, ("id", id));
        });
        await listening.ReconcileAsync(now);
        return await FindAsync(id);
    }

    public async Task<Webhook?> DisableAsync(long id, string reason, UnixTime now)
    {
        await SetStatusAsync(id, WebhookStatus.Disabled, reason, now);
        await listening.ReconcileAsync(now);
        return await FindAsync(id);
    }

    public Task<IReadOnlyList<WebhookDelivery>> ReadDeliveriesAsync(long webhook, DeliveryStatus? status, long before, int limit) =>
        database.ReadAsync<IReadOnlyList<WebhookDelivery>>(async connection => await connection.ListAsync(
            $"select {WebhookRows.DeliveryColumns} from webhook_delivery where webhook = @webhook and id < @before "
            + (status is null ? "" : "and status = @status ") + "order by id desc limit @limit",
            WebhookRows.ReadDelivery,
            [
                ("webhook", webhook), ("before", before == 0 ? long.MaxValue : before), ("limit", limit),
                .. status is { } wanted ? new (string, object?)[] { ("status", (short)wanted) } : [],
            ]));

    public async Task<WebhookDelivery> AddTestAsync(long webhook, UnixTime now)
    {
        var test = new WebhookDelivery
        {
            Id = await ids.NextAsync(),
            Webhook = webhook,
            Campaign = default,
            Seq = await ids.NextAsync(),
            Type = EventTypes.WebhookTest,
            Body = StoredEvent.Envelope(EventTypes.WebhookTest, now, $$"""{"webhookId":"{{webhook.ToString(CultureInfo.InvariantCulture)}}"}"""),
            CreatedAt = now,
            Status = DeliveryStatus.Pending,
            NextAt = now,
        };
        await database.WriteAsync((connection, _) => connection.ExecuteAsync(
            "insert into webhook_delivery (id, webhook, campaign, seq, job, type, body, created_at, status, tries, next_at, done_at, log) "
            + "values (@id, @webhook, 0, @seq, 0, @type, @body, @now, 1, 0, @now, 0, '[]')",
            ("id", test.Id), ("webhook", webhook), ("seq", test.Seq), ("type", test.Type), ("body", test.Body), ("now", now.Ms)));
        return test;
    }

    public async Task<WebhookDelivery?> ReplayAsync(long webhook, long delivery, UnixTime now)
    {
        var isReplayed = await database.WriteAsync(async (connection, _) => await connection.ExecuteAsync(
            "update webhook_delivery set status = 1, tries = 0, next_at = @now, done_at = 0, error = null where id = @id and webhook = @webhook and body <> ''",
            ("id", delivery), ("webhook", webhook), ("now", now.Ms)) == 1);
        return !isReplayed ? null : await database.ReadAsync(async connection => (await connection.ListAsync(
            $"select {WebhookRows.DeliveryColumns} from webhook_delivery where id = @id", WebhookRows.ReadDelivery, ("id", delivery))).SingleOrDefault());
    }

    private static async Task<Refusal?> RefuseAsync(DbConnection connection, Webhook webhook)
    {
        if (Convert.ToInt64(await connection.ScalarAsync("select count(*) from webhook where status in (1, 2)"), CultureInfo.InvariantCulture) >= IWebhookStore.MaxWebhooks)
        {
            return new Refusal("too_many_webhooks", $"There are {IWebhookStore.MaxWebhooks} webhooks; delete one that is of no use.");
        }

        foreach (var campaign in webhook.Campaigns)
        {
            if (await connection.ScalarAsync("select 1 from campaign where id = @id and status <> 5", ("id", campaign.Value)) is null)
            {
                return new Refusal("invalid_setting", $"There is no campaign {campaign}.", Field: "campaigns");
            }
        }

        return null;
    }

    private static async Task<Refusal?> InsertAsync(DbConnection connection, Webhook webhook, Secret secret, UnixTime now)
    {
        await connection.ExecuteAsync(
            "insert into webhook (id, url, description, secret, events, campaigns, for_all, status, created_at, created_by, changed_at) "
            + "values (@id, @url, @description, @secret, @events, @campaigns, @all, 1, @now, @by, @now)",
            ("id", webhook.Id),
            ("url", webhook.Url),
            ("description", webhook.Description),
            ("secret", secret.Value),
            ("events", SettingsJson.Write(webhook.Events)),
            ("campaigns", SettingsJson.Write(webhook.Campaigns.Select(c => c.Value))),
            ("all", (short)(webhook.Campaigns.Count == 0 ? 1 : 0)),
            ("by", webhook.CreatedBy),
            ("now", now.Ms));
        foreach (var campaign in webhook.Campaigns)
        {
            await connection.ExecuteAsync(
                "insert into webhook_campaign (webhook, campaign) values (@id, @campaign) on conflict do nothing", ("id", webhook.Id), ("campaign", campaign.Value));
        }

        await connection.ExecuteAsync(CursorText, ("id", webhook.Id));
        return null;
    }

    private Task<bool> SetStatusAsync(long id, WebhookStatus status, string? reason, UnixTime now) => database.WriteAsync(async (connection, _) =>
        await connection.ExecuteAsync(
            "update webhook set status = @status, reason = @reason, changed_at = @now where id = @id and status in (1, 2) and status <> @status",
            ("id", id), ("status", (short)status), ("reason", reason), ("now", now.Ms)) == 1);
}
