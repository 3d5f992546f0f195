using System.Data.Common;
using System.Text.Json;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Intake;

/// <summary>A job as it is inserted.</summary>
internal readonly record struct IntakeRow(long Id, CampaignId Campaign, LaneId Lane, NewJob Job);

/// <summary>What every intake does, in a transaction of its own or shared: the rows, their siblings, the counters.</summary>
internal static class IntakeRules
{
    private static readonly BulkColumn[] JobColumns =
    [
        new("id", BulkType.Int64), new("campaign", BulkType.Int64), new("phone", BulkType.Int64), new("lane", BulkType.Int64),
        new("not_before", BulkType.Int64), new("status", BulkType.Int16), new("flags", BulkType.Int16), new("created_at", BulkType.Int64),
        new("not_after", BulkType.Int64),
    ];

    private static readonly BulkColumn[] DataColumns =
    [
        new("job", BulkType.Int64), new("campaign", BulkType.Int64), new("zone_source", BulkType.Int16), new("list_row", BulkType.Int64),
        new("payload", BulkType.Text),
    ];

    public static Refusal? Refuse(CampaignStatus status) => status switch
    {
        CampaignStatus.None => new Refusal("campaign_not_found", "There is no such campaign."),
        CampaignStatus.Finished or CampaignStatus.Deleted =>
            new Refusal("campaign_state", $"The campaign is {status.ToString().ToLowerInvariant()} and takes no more numbers."),
        _ => null,
    };

    public static IntakeResult Replay(string answer) => new([.. JsonSerializer.Deserialize<List<long>>(answer)!.Select(id => new JobId(id))], IsReplay: true);

    public static async Task InsertAsync(IDatabase database, DbConnection connection, IEnumerable<IntakeRow> rows, UnixTime now)
    {
        await database.InsertManyAsync(connection, "call_job", JobColumns, rows.Select(r => new object?[]
        {
            r.Id, r.Campaign.Value, r.Job.Phone.Value, r.Lane.Value, UnixTime.Max(r.Job.StartAt, now).Ms, (short)JobStatus.Waiting,
            (short)JobFlags.FromApi, now.Ms, r.Job.NotAfter.Ms,
        }));
        await database.InsertManyAsync(connection, "call_job_data", DataColumns, rows.Select(r => new object?[]
        {
            r.Id, r.Campaign.Value, (short)r.Job.Zone.Source, 0L, r.Job.Payload,
        }));
    }

    /// <summary>Siblings learn of each other, and the campaign counts them.</summary>
    public static async Task CountAsync(IDatabase database, DbConnection connection, CampaignId campaign, long first, int count)
    {
        await SiblingFlags.SetAsync(database, connection, campaign, first, first + count);
        await connection.ExecuteAsync(
            "update campaign set total = total + @count, loaded = loaded + @count, waiting = waiting + @count where id = @campaign",
            ("count", count), ("campaign", campaign.Value));
    }
}
