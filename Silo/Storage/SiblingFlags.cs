using System.Data.Common;

namespace Dialer.Silo.Storage;

/// <summary>
/// Jobs just added to a campaign and all others of the same phones learn of each other (P22): only the flag is set, no version
/// rises, so that a decision under way is not disturbed. Looks each new phone up once.
/// </summary>
/// <remarks>
/// The statements leave a planner no other way than from the new rows to the index of phones: one that knows campaigns of a few
/// rows only would rather hold a campaign's rows against each other, which is the square of a large one (seen: 100,000 rows in
/// more than 30 s instead of 1). Hence a subquery that cannot become a join, phones by value, and an id no index serves.
/// </remarks>
internal static class SiblingFlags
{
    private const int PhonesAtOnce = 500;

    /// <summary>New jobs are those with ids from <paramref name="first"/> up to <paramref name="end"/>, not included.</summary>
    public static async Task SetAsync(IDatabase database, DbConnection connection, CampaignId campaign, long first, long end)
    {
        await database.PreferIndexesAsync(connection);
        var younger = await connection.ExecuteAsync(
            """
            update call_job set flags = flags | 1
            where id >= @first and id < @end and (
                select o.id from call_job o where o.phone = call_job.phone and o.campaign = @campaign and o.id <> call_job.id limit 1) is not null
            """,
            ("first", first), ("end", end), ("campaign", campaign.Value));
        if (younger > 0)
        {
            await SetOthersAsync(connection, campaign, first, end);
        }
    }

    private static async Task SetOthersAsync(DbConnection connection, CampaignId campaign, long first, long end)
    {
        var phones = await connection.ListAsync(
            "select distinct phone from call_job where id >= @first and id < @end and (flags & 1) = 1", r => r.GetInt64(0), ("first", first), ("end", end));
        foreach (var chunk in phones.Chunk(PhonesAtOnce))
        {
            await connection.ExecuteAsync(
                $"update call_job set flags = flags | 1 where phone in ({string.Join(',', chunk)}) and campaign = @campaign "
                + "and (id + 0 < @first or id + 0 >= @end) and (flags & 1) = 0",
                ("campaign", campaign.Value), ("first", first), ("end", end));
        }
    }
}
