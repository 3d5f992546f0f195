using System.Data.Common;
using Dialer.Bots;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;
using NodaTime;

namespace Dialer.Silo.Storage.Bots;

/// <summary>What a bot is told of its call, on either engine: two reads, each by keys.</summary>
internal sealed class CallBriefs(IDatabase database, TimeProvider clock) : ICallBriefs
{
    private const string BriefText =
        "select j.campaign, j.phone, j.series, j.attempts, j.attempts_to_phone, j.try_number, j.status, j.try_started_at, j.answered_at, "
        + "c.name, c.channel, c.settings, d.payload, l.zone, p.content, t.started_at, t.answered_at, t.ended_at, t.class "
        + "from call_job j join campaign c on c.id = j.campaign left join call_job_data d on d.job = j.id "
        + "left join campaign_lane l on l.id = (j.lane & ~1) left join call_policy p on p.id = l.policy "
        + "left join call_try t on t.job = j.id and t.number = @number where j.id = @job";

    private const string RedialText = "select redial from call_try where job = @job and redial is not null order by number desc limit 1";

    public Task<CallBrief?> ReadAsync(TryId id) => database.ReadAsync(async connection =>
    {
        var found = (await connection.ListAsync(BriefText, r => Read(r, id), ("job", id.Job.Value), ("number", id.Number))).SingleOrDefault();
        return found is not null && await connection.ScalarAsync(RedialText, ("job", id.Job.Value)) is string redial
            ? found with { LastRedial = SettingsJson.Read<RedialFate>(redial) }
            : found;
    });

    private CallBrief? Read(DbDataReader reader, TryId id)
    {
        var phone = new PhoneNumber(reader.GetInt64(1));
        var isLive = (JobStatus)reader.GetInt16(6) == JobStatus.Live && reader.GetInt32(5) == id.Number;
        var isOver = !reader.IsDBNull(15);
        // an erased number has calls without a phone (P57)
        if (phone.Value == 0 || (!isLive && !isOver))
        {
            return null;
        }

        var (series, settings) = (reader.GetInt16(2), SettingsJson.Read<CampaignSettings>(reader.GetString(11)));
        var policy = Text(reader, 14) is { } content ? SettingsJson.Read<CallPolicy>(content) : null;
        return new CallBrief
        {
            Try = id,
            Campaign = new CampaignId(reader.GetInt64(0)),
            CampaignName = reader.GetString(9),
            Channel = new ChannelId(reader.GetInt64(10)),
            Phone = phone,
            PayloadJson = Text(reader, 12),
            Series = series,
            History = new DialHistory(
                reader.GetInt16(3), AttemptLimits.OfSeries(series, policy, settings), reader.GetInt16(4), AttemptLimits.OfJob(series, policy, settings)),
            CampaignHours = settings.CallingWindows,
            Policy = policy,
            CampaignRetryMinutes = settings.Attempts.PauseMinutes,
            ZoneOffset = OffsetOf(settings, Text(reader, 13) ?? ""),
            StartedAt = new UnixTime(isLive ? reader.GetInt64(7) : reader.GetInt64(15)),
            AnsweredAt = new UnixTime(isLive ? reader.GetInt64(8) : reader.GetInt64(16)),
            EndedAt = isLive ? UnixTime.None : new UnixTime(reader.GetInt64(17)),
            Class = isLive ? CallClass.None : (CallClass)reader.GetInt16(18),
        };
    }

    /// <summary>The callee's zone where it is one and local time is on; else the campaign's (calls-api §4.4).</summary>
    private string OffsetOf(CampaignSettings settings, string zone)
    {
        var local = (settings.UseSubscriberLocalTime ? ZoneCatalog.Clock(zone) : null) ?? ZoneCatalog.Clock(settings.TimeZone ?? "");
        return OffsetText.Format(local?.GetUtcOffset(Instant.FromDateTimeOffset(clock.GetUtcNow())).Seconds ?? 0);
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
