using System.Globalization;
using Dialer.Events;
using Dialer.Grains.Notifications;

namespace Dialer.Silo.Storage.Webhooks;

internal sealed class NotificationStore(IDatabase database) : INotificationStore
{
    private static readonly BulkColumn[] Columns =
    [
        new("id", BulkType.Int64), new("webhook", BulkType.Int64), new("campaign", BulkType.Int64), new("seq", BulkType.Int64), new("job", BulkType.Int64),
        new("type", BulkType.Text), new("body", BulkType.Text), new("created_at", BulkType.Int64), new("status", BulkType.Int16), new("tries", BulkType.Int32),
        new("next_at", BulkType.Int64), new("done_at", BulkType.Int64), new("log", BulkType.Text),
    ];

    public Task<IReadOnlyList<NotificationTarget>> ReadTargetsAsync(CampaignId campaign) => database.ReadAsync<IReadOnlyList<NotificationTarget>>(async connection =>
        await connection.ListAsync(
            "select w.id, w.events, coalesce((select k.seq from webhook_cursor k where k.webhook = w.id and k.campaign = @campaign), 0) from webhook w "
            + "where w.status = 1 and (w.for_all = 1 or exists (select 1 from webhook_campaign n where n.webhook = w.id and n.campaign = @campaign)) order by w.id",
            r => new NotificationTarget(r.GetInt64(0), SettingsJson.Read<List<string>>(r.GetString(1)), r.GetInt64(2)),
            ("campaign", campaign.Value)));

    public Task<EventPage> ReadPageAsync(CampaignId campaign, long after, int limit) => database.ReadAsync(async connection =>
    {
        // the head first: what it counts is there when the events are read
        var head = Convert.ToInt64(
            await connection.ScalarAsync("select event_seq from campaign where id = @id", ("id", campaign.Value)) ?? 0L, CultureInfo.InvariantCulture);
        var events = await connection.ListAsync(
            $"select {Events.EventRows.Columns} from event where campaign = @campaign and seq > @after order by seq limit @limit",
            Events.EventRows.Read,
            ("campaign", campaign.Value), ("after", after), ("limit", limit));
        var last = events.Count == 0 ? after : events[^1].Seq;
        return events.Count < limit ? new EventPage(events, Math.Max(head, last), true) : new EventPage(events, last, false);
    });

    public async Task<bool> HandOverAsync(NotificationTarget target, CampaignId campaign, EventPage page, IReadOnlyList<StoredEvent> chosen, UnixTime now)
    {
        var id = chosen.Count == 0 ? 0 : await IdAllocator.TakeBlockAsync(database, chosen.Count);
        return await database.WriteAsync(
            async (connection, _) =>
            {
                await connection.ExecuteAsync(
                    "insert into webhook_cursor (webhook, campaign, seq) values (@webhook, @campaign, 0) on conflict do nothing",
                    ("webhook", target.Webhook), ("campaign", campaign.Value));
                var isHere = await connection.ExecuteAsync(
                    "update webhook_cursor set seq = @end where webhook = @webhook and campaign = @campaign and seq = @cursor",
                    ("end", page.End), ("webhook", target.Webhook), ("campaign", campaign.Value), ("cursor", target.Cursor)) == 1;
                if (isHere && chosen.Count > 0)
                {
                    await database.InsertManyAsync(connection, "webhook_delivery", Columns, chosen.Select((e, i) => Row(target.Webhook, e, id + i, now)));
                }

                return isHere;
            },
            isBulk: true);
    }

    private static object?[] Row(long webhook, StoredEvent e, long id, UnixTime now) =>
        [id, webhook, e.Campaign.Value, e.Seq, e.Job.Value, e.Type, e.ToJson(), now.Ms, (short)1, 0, now.Ms, 0L, "[]"];
}
