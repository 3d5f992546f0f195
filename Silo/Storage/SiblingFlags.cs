using System.Data.Common;

namespace Dialer.Silo.Storage;

/// <summary>
/// Jobs just added to a campaign and older ones of the same phones learn of each other (P22): only the flag is set, no version
/// rises, so that a decision under way is not disturbed. Looks each new phone up once.
/// </summary>
internal static class SiblingFlags
{
    /// <summary>New jobs are those with ids from <paramref name="first"/> up to <paramref name="end"/>, not included.</summary>
    public static async Task SetAsync(IDatabase database, DbConnection connection, CampaignId campaign, long first, long end)
    {
        await database.PreferIndexesAsync(connection);
        (string, object?)[] parameters = [("campaign", campaign.Value), ("first", first), ("end", end)];
        var younger = await connection.ExecuteAsync(
            """
            update call_job set flags = flags | 1
            where id >= @first and id < @end and exists (
                select 1 from call_job o where o.phone = call_job.phone and o.campaign = @campaign and o.id <> call_job.id)
            """,
            parameters);
        if (younger > 0)
        {
            await connection.ExecuteAsync(
                """
                update call_job set flags = call_job.flags | 1
                from call_job n
                where n.id >= @first and n.id < @end and (n.flags & 1) = 1
                  and call_job.phone = n.phone and call_job.campaign = @campaign and call_job.id < @first and (call_job.flags & 1) = 0
                """,
                parameters);
        }
    }
}
