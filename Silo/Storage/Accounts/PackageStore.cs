using System.Data.Common;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Accounts;
using Dialer.Grains.Accounts;

namespace Dialer.Silo.Storage.Accounts;

/// <summary>What minute packages are metered by, on either engine.</summary>
internal sealed class PackageStore(IDatabase database) : IPackageStore
{
    /// <summary>
    /// One statement, so that a call that ends at this moment is counted once: as live or as ended. The totals come with every row, and
    /// with one row if no call is up.
    /// </summary>
    private const string Use =
        "select t.billed, t.speech, j.calls, j.elapsed, c.settings, h.settings from "
        + "(select cast(coalesce(sum(billed_seconds), 0) as bigint) as billed, cast(coalesce(sum(speech_seconds), 0) as bigint) as speech from campaign) t "
        + "left join (select campaign, count(*) as calls, cast(sum(@now - answered_at) as bigint) as elapsed from call_job "
        + "where status = 2 and answered_at > 0 group by campaign) j on 1 = 1 "
        + "left join campaign c on c.id = j.campaign left join channel h on h.id = c.channel";

    public Task<PackageReading> ReadUseAsync(UnixTime now) => database.ReadAsync(async connection =>
    {
        var rows = await connection.ListAsync(Use, Read, ("now", now.Ms));
        return new PackageReading(rows[0].Billed, rows[0].Speech, [.. rows.Select(r => r.Talk).OfType<LiveTalk>()]);
    });

    public Task<IReadOnlyList<HoldableCampaign>> ReadHoldableAsync() => database.ReadAsync<IReadOnlyList<HoldableCampaign>>(async connection =>
        await connection.ListAsync(
            "select id, status from campaign where status in (1, 2, 3) and (status <> 1 or starts_at > 0) order by id",
            r => new HoldableCampaign(new CampaignId(r.GetInt64(0)), r.GetInt16(1) == (short)CampaignStatus.Paused)));

    private static (long Billed, long Speech, LiveTalk? Talk) Read(DbDataReader reader) =>
        (reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(4) || reader.IsDBNull(5) ? null : TalkOf(reader));

    private static LiveTalk TalkOf(DbDataReader reader)
    {
        var channel = SettingsJson.Read<ChannelSettings>(reader.GetString(5));
        var scenario = SettingsJson.Read<CampaignSettings>(reader.GetString(4)).Scenario ?? channel.Scenario;
        return new LiveTalk((int)reader.GetInt64(2), TimeSpan.FromMilliseconds(reader.GetInt64(3)), channel.Billing, !scenario.IsNone);
    }
}
