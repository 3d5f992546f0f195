using System.Data.Common;
using Dialer.Events;
using Dialer.Grains.Campaigns;

namespace Dialer.Silo.Storage.Events;

/// <summary>The table <c>event</c>.</summary>
internal static class EventRows
{
    public const string Columns = "campaign, seq, at, type, job, data";

    public static StoredEvent Read(DbDataReader reader) => new(
        new CampaignId(reader.GetInt64(0)), reader.GetInt64(1), new UnixTime(reader.GetInt64(2)), reader.GetString(3), new JobId(reader.GetInt64(4)), reader.GetString(5));

    /// <summary>A campaign's own event, in the transaction that makes its transition and has its row locked.</summary>
    public static async Task AddAsync(DbConnection connection, CampaignRow row, CampaignChange change)
    {
        var seq = await connection.ScalarAsync("update campaign set event_seq = event_seq + 1 where id = @id returning event_seq", ("id", row.Id.Value));
        await connection.ExecuteAsync(
            $"insert into event ({Columns}) values (@campaign, @seq, @at, @type, 0, @data)",
            ("campaign", row.Id.Value),
            ("seq", Convert.ToInt64(seq, System.Globalization.CultureInfo.InvariantCulture)),
            ("at", change.At.Ms),
            ("type", CampaignEventData.TypeOf(change)),
            ("data", EventJson.Write(CampaignEventData.Of(row, change))));
    }
}
