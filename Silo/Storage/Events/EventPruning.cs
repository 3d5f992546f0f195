using System.Globalization;

namespace Dialer.Silo.Storage.Events;

/// <summary>Takes away what is old, in chunks: events and deliveries, and all of a webhook that was deleted.</summary>
internal sealed class EventPruning(IDatabase database)
{
    /// <summary>The schedule of a delivery is over long before.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    public Task<int> PruneEventsAsync(UnixTime before, int limit) => database.WriteAsync(
        async (connection, _) =>
        {
            var rows = await connection.ListAsync(
                "select campaign, seq from event where at < @before order by at limit @limit",
                r => (Campaign: r.GetInt64(0), Seq: r.GetInt64(1)),
                ("before", before.Ms), ("limit", limit));
            foreach (var campaign in rows.GroupBy(r => r.Campaign))
            {
                var seqs = string.Join(", ", campaign.Select(r => r.Seq.ToString(CultureInfo.InvariantCulture)));
                await connection.ExecuteAsync($"delete from event where campaign = @campaign and seq in ({seqs})", ("campaign", campaign.Key));
            }

            return rows.Count;
        },
        isBulk: true);

    /// <summary>Deliveries made before: those that are done, and those that a disabled webhook has kept waiting for a week.</summary>
    public Task<int> PruneDeliveriesAsync(UnixTime before, UnixTime now, int limit) => DeleteAsync(
        "created_at < @before and (status <> 1 or created_at < @longest) order by created_at",
        limit,
        ("before", before.Ms), ("longest", (now - LongestWait).Ms));

    /// <summary>Zero = nothing is left of webhooks that were deleted.</summary>
    public async Task<int> EraseWebhooksAsync(int limit)
    {
        var deleted = await database.ReadAsync(connection => connection.ListAsync("select id from webhook where status = 3 order by id limit 1", r => r.GetInt64(0)));
        if (deleted is not [var id])
        {
            return 0;
        }

        var erased = await DeleteAsync("webhook = @webhook order by id", limit, ("webhook", id));
        if (erased == 0)
        {
            await database.WriteAsync(async (connection, _) =>
            {
                await connection.ExecuteAsync("delete from webhook_cursor where webhook = @id", ("id", id));
                await connection.ExecuteAsync("delete from webhook_campaign where webhook = @id", ("id", id));
                return await connection.ExecuteAsync("delete from webhook where id = @id and status = 3", ("id", id));
            });
        }

        return Math.Max(erased, 1);
    }

    private Task<int> DeleteAsync(string where, int limit, params (string Name, object? Value)[] parameters) => database.WriteAsync(
        async (connection, _) =>
        {
            var rows = await connection.ListAsync(
                $"select id from webhook_delivery where {where} limit @limit", r => r.GetInt64(0), [.. parameters, ("limit", limit)]);
            if (rows.Count > 0)
            {
                await connection.ExecuteAsync($"delete from webhook_delivery where id in ({string.Join(", ", rows.Select(r => r.ToString(CultureInfo.InvariantCulture)))})");
            }

            return rows.Count;
        },
        isBulk: true);
}
