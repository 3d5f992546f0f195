using System.Data.Common;
using Dialer.Webhooks;

namespace Dialer.Silo.Storage.Webhooks;

/// <summary>The tables <c>webhook</c> and <c>webhook_delivery</c>.</summary>
internal static class WebhookRows
{
    public const string Columns =
        "w.id, w.url, w.description, w.events, w.campaigns, w.status, w.reason, w.created_at, w.created_by, w.changed_at, "
        + "(select count(*) from webhook_delivery d where d.webhook = w.id and d.status = 1)";

    public const string DeliveryColumns = "id, webhook, campaign, seq, type, body, created_at, status, tries, next_at, done_at, error, log";

    public static Webhook Read(DbDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Url = reader.GetString(1),
        Description = reader.GetString(2),
        Events = SettingsJson.Read<List<string>>(reader.GetString(3)),
        Campaigns = [.. SettingsJson.Read<List<long>>(reader.GetString(4)).Select(c => new CampaignId(c))],
        Status = (WebhookStatus)reader.GetInt16(5),
        Reason = reader.IsDBNull(6) ? null : reader.GetString(6),
        CreatedAt = new UnixTime(reader.GetInt64(7)),
        CreatedBy = reader.GetString(8),
        ChangedAt = new UnixTime(reader.GetInt64(9)),
        Pending = (int)reader.GetInt64(10),
    };

    public static WebhookDelivery ReadDelivery(DbDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Webhook = reader.GetInt64(1),
        Campaign = new CampaignId(reader.GetInt64(2)),
        Seq = reader.GetInt64(3),
        Type = reader.GetString(4),
        Body = reader.GetString(5),
        CreatedAt = new UnixTime(reader.GetInt64(6)),
        Status = (DeliveryStatus)reader.GetInt16(7),
        Tries = reader.GetInt32(8),
        NextAt = new UnixTime(reader.GetInt64(9)),
        DoneAt = new UnixTime(reader.GetInt64(10)),
        Error = reader.IsDBNull(11) ? null : reader.GetString(11),
        Attempts = SettingsJson.Read<List<DeliveryAttempt>>(reader.GetString(12)),
    };
}
