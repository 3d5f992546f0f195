using System.Data.Common;
using System.Globalization;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Campaigns;

internal sealed partial class CampaignStore
{
    public Task<IReadOnlyList<Lane>> ReadLanesAsync(CampaignId id) => database.ReadAsync<IReadOnlyList<Lane>>(async connection => await ReadLanesAsync(connection, id));

    public async Task<Lane> EnsureLaneAsync(CampaignId campaign, byte priority, CallPolicy? policy, string zone)
    {
        var ids = await IdAllocator.TakeBlockAsync(database, 4);
        return await database.WriteAsync((connection, _) => EnsureLaneAsync(connection, campaign, priority, policy, zone, ids));
    }

    /// <summary>Inside the caller's transaction; takes up to four ids from <paramref name="ids"/> on.</summary>
    internal static async Task<Lane> EnsureLaneAsync(
        DbConnection connection, CampaignId campaign, byte priority, CallPolicy? policy, string zone, long ids)
    {
        var content = policy is null ? null : SettingsJson.Write(policy);
        var policyId = content is null ? 0 : await EnsurePolicyAsync(connection, campaign, content, ids);
        // of three ids in a row two are an even one and its odd twin
        var laneId = (ids + 2) & ~1L;
        await connection.ExecuteAsync(
            "insert into campaign_lane (id, campaign, priority, policy, zone) values (@id, @campaign, @priority, @policy, @zone) on conflict do nothing",
            ("id", laneId), ("campaign", campaign.Value), ("priority", (int)priority), ("policy", policyId), ("zone", zone));
        var stored = Convert.ToInt64(
            await connection.ScalarAsync(
                "select id from campaign_lane where campaign = @campaign and priority = @priority and policy = @policy and zone = @zone",
                ("campaign", campaign.Value), ("priority", (int)priority), ("policy", policyId), ("zone", zone)),
            CultureInfo.InvariantCulture);
        return new Lane
        {
            Id = new LaneId(stored),
            Campaign = campaign,
            Key = new LaneKey(priority, new PolicyId(policyId), zone),
            Policy = policy,
        };
    }

    internal static Task<List<Lane>> ReadLanesAsync(DbConnection connection, CampaignId id) => ReadLanesAsync(connection, id, "");

    /// <summary>Lanes that rows of one number wait in: a campaign whose bot asks for redials may have thousands of others.</summary>
    internal static async Task<List<Lane>> ReadLanesOfAsync(DbConnection connection, CampaignId id, IReadOnlyList<JobRow> rows) => rows.Count == 0
        ? []
        : await ReadLanesAsync(connection, id, $" and l.id in ({string.Join(',', rows.Select(r => Lane.BaseOf(r.Lane).Value.ToString(CultureInfo.InvariantCulture)).Distinct())})");

    private static Task<List<Lane>> ReadLanesAsync(DbConnection connection, CampaignId id, string which) => connection.ListAsync(
        "select l.id, l.priority, l.policy, l.zone, p.content from campaign_lane l left join call_policy p on p.id = l.policy "
        + $"where l.campaign = @campaign{which} order by l.id",
        r => new Lane
        {
            Id = new LaneId(r.GetInt64(0)),
            Campaign = id,
            Key = new LaneKey((byte)r.GetInt16(1), new PolicyId(r.GetInt64(2)), r.GetString(3)),
            Policy = r.IsDBNull(4) ? null : SettingsJson.Read<CallPolicy>(r.GetString(4)),
        },
        ("campaign", id.Value));

    private static async Task<long> EnsurePolicyAsync(DbConnection connection, CampaignId campaign, string content, long id)
    {
        await connection.ExecuteAsync(
            "insert into call_policy (id, campaign, content) values (@id, @campaign, @content) on conflict do nothing",
            ("id", id), ("campaign", campaign.Value), ("content", content));
        return Convert.ToInt64(
            await connection.ScalarAsync(
                "select id from call_policy where campaign = @campaign and content = @content",
                ("campaign", campaign.Value), ("content", content)),
            CultureInfo.InvariantCulture);
    }
}
