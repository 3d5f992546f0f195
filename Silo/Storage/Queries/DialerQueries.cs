using System.Data.Common;
using System.Globalization;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Queries;

/// <summary>Reports and lists, on either engine.</summary>
internal sealed class DialerQueries(IDatabase database) : IDialerQueries
{
    public const string JobText =
        "select j.id, j.phone, j.status, j.result, j.end_reason, j.attempts_total, j.try_number, j.created_at, j.finished_at, j.not_before, "
        + "t.started_at, t.answered_at, t.ended_at, t.class, t.sip_code, l.zone, d.zone_source, d.payload, c.status, c.finished_at "
        + "from call_job j join campaign c on c.id = j.campaign left join call_job_data d on d.job = j.id "
        + "left join campaign_lane l on l.id = (j.lane & ~1) left join call_try t on t.job = j.id and t.number = j.try_number ";

    /// <summary>
    /// A campaign's jobs from a cursor on, by an index of the campaign's own: by id alone either all its jobs would be sorted for each
    /// page, or those of other campaigns passed over. Ids rise with the instant, so it is their order.
    /// </summary>
    public const string AfterJob =
        "(j.campaign + 0) = @campaign and (j.created_at, j.id) > (coalesce((select b.created_at from call_job b where b.id = @after), 0), @after)";

    public const string InOrder = " order by j.created_at, j.id limit @limit";

    /// <summary>What waited when its campaign was finished reads as final (P11).</summary>
    public const string StatusAsRead = "case when c.status in (4, 5) and j.status in (1, 3) then 4 else j.status end";

    private static readonly string CampaignText = $"select id, name, status, created_at, starts_at, started_at, finished_at, {CounterColumns.List} from campaign ";

    public Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, JobId after, int limit) => ReadJobsAsync(
        $"where {AfterJob}{InOrder}",
        ("campaign", campaign.Value), ("after", after.Value), ("limit", limit));

    public Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, JobStatus? status, JobId after, int limit) => ReadJobsAsync(
        $"where {AfterJob}{(status is { } wanted ? $" and {StatusAsRead} = {(int)wanted}" : "")}{InOrder}",
        ("campaign", campaign.Value), ("after", after.Value), ("limit", limit));

    public Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs) => jobs.Count == 0
        ? Task.FromResult<IReadOnlyList<JobReport>>([])
        : ReadJobsAsync(
            $"where j.campaign = @campaign and j.id in ({string.Join(", ", jobs.Select(j => j.ToString()))}) order by j.id",
            ("campaign", campaign.Value));

    public Task<IReadOnlyList<TryRecord>> ReadTriesAsync(JobId job) => database.ReadAsync<IReadOnlyList<TryRecord>>(async connection =>
        await connection.ListAsync($"select {TryRows.Columns} from call_try where job = @job order by number", TryRows.Read, ("job", job.Value)));

    public Task<IReadOnlyList<JobNote>> ReadNotesAsync(JobId job) => database.ReadAsync<IReadOnlyList<JobNote>>(async connection =>
        await connection.ListAsync(
            "select campaign, at, code, detail from job_note where job = @job order by at",
            r => new JobNote(job, new CampaignId(r.GetInt64(0)), new UnixTime(r.GetInt64(1)), r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3)),
            ("job", job.Value)));

    public Task<IReadOnlyList<CampaignSummary>> ReadCampaignsAsync(int limit) => database.ReadAsync<IReadOnlyList<CampaignSummary>>(async connection =>
        await connection.ListAsync(CampaignText + "where status <> 5 order by id desc limit @limit", Campaign, ("limit", limit)));

    public Task<IReadOnlyList<CampaignSummary>> ReadCampaignsAsync(CampaignFilter filter, long before, int limit) =>
        database.ReadAsync<IReadOnlyList<CampaignSummary>>(async connection => await connection.ListAsync(
            CampaignText + "where id < @before and status <> 5" + (filter.Status is null ? "" : " and status = @status")
            + (filter.NamePart is null ? "" : " and name_folded like @part escape '\\'") + " order by id desc limit @limit",
            Campaign,
            ("before", before == 0 ? long.MaxValue : before), ("status", (short)(filter.Status ?? 0)), ("limit", limit),
            ("part", FoldedName.Containing(filter.NamePart ?? ""))));

    public Task<IReadOnlyList<ChannelSummary>> ReadChannelsAsync(long before, int limit) =>
        database.ReadAsync<IReadOnlyList<ChannelSummary>>(async connection => await connection.ListAsync(
            "select id, settings, version from channel where id < @before and deleted_at = 0 order by id desc limit @limit",
            r => new ChannelSummary(new ChannelId(r.GetInt64(0)), SettingsJson.Read<ChannelSettings>(r.GetString(1)), r.GetInt32(2)),
            ("before", before == 0 ? long.MaxValue : before), ("limit", limit)));

    public Task<CampaignSummary?> FindCampaignOfListAsync(ListId list) => FindAsync("where list = @value and status <> 5 order by id desc limit 1", list.Value);

    public Task<CampaignSummary?> FindCampaignByTokenAsync(string token) => token.Contains('.', StringComparison.Ordinal)
        ? FindAsync("where token = @value", token)
        : Task.FromResult<CampaignSummary?>(null);

    public Task<CampaignSettings?> ReadSettingsAsync(CampaignId campaign) => database.ReadAsync(async connection =>
        (string?)await connection.ScalarAsync("select settings from campaign where id = @id", ("id", campaign.Value)) is { } text
            ? SettingsJson.Read<CampaignSettings>(text)
            : null);

    private Task<CampaignSummary?> FindAsync(string where, object value) => database.ReadAsync(async connection =>
        (await connection.ListAsync(CampaignText + where, Campaign, ("value", value))).SingleOrDefault());

    private Task<IReadOnlyList<JobReport>> ReadJobsAsync(string where, params (string Name, object? Value)[] parameters) =>
        database.ReadAsync<IReadOnlyList<JobReport>>(async connection => await connection.ListAsync(JobText + where, Job, parameters));

    private static CampaignSummary Campaign(DbDataReader reader) => new()
    {
        Id = new CampaignId(reader.GetInt64(0)),
        Name = reader.GetString(1),
        Status = (CampaignStatus)reader.GetInt16(2),
        CreatedAt = new UnixTime(reader.GetInt64(3)),
        StartsAt = new UnixTime(reader.GetInt64(4)),
        StartedAt = new UnixTime(reader.GetInt64(5)),
        FinishedAt = new UnixTime(reader.GetInt64(6)),
        Counters = CounterColumns.Read(reader, 7).ReadIn((CampaignStatus)reader.GetInt16(2)),
    };

    /// <summary>A row of <see cref="JobText"/>.</summary>
    public static JobReport Job(DbDataReader reader)
    {
        var hasTry = !reader.IsDBNull(10);
        var answered = hasTry ? reader.GetInt64(11) : 0;
        var report = new JobReport
        {
            Id = new JobId(reader.GetInt64(0)),
            Phone = new PhoneNumber(reader.GetInt64(1)),
            Status = (JobStatus)reader.GetInt16(2),
            Result = (JobResult)reader.GetInt16(3),
            EndReason = (EndReason)reader.GetInt16(4),
            Attempts = reader.GetInt16(5),
            Tries = reader.GetInt32(6),
            CreatedAt = new UnixTime(reader.GetInt64(7)),
            FinishedAt = new UnixTime(reader.GetInt64(8)),
            // a final row keeps until when its last error holds the phone (P8)
            NextAt = (JobStatus)reader.GetInt16(2) == JobStatus.Final ? UnixTime.None : new UnixTime(reader.GetInt64(9)),
            LastStartedAt = new UnixTime(hasTry ? reader.GetInt64(10) : 0),
            LastTalk = TimeSpan.FromMilliseconds(answered == 0 ? 0 : reader.GetInt64(12) - answered),
            LastClass = hasTry ? (CallClass)reader.GetInt16(13) : CallClass.None,
            LastSipCode = hasTry ? reader.GetInt16(14) : 0,
            Zone = new ZoneFound(
                reader.IsDBNull(15) ? "" : reader.GetString(15),
                reader.IsDBNull(16) ? ZoneSource.None : (ZoneSource)reader.GetInt16(16)),
            Payload = reader.IsDBNull(17) ? null : reader.GetString(17),
        };
        return AsFinished(report, (CampaignStatus)Convert.ToInt32(reader.GetValue(18), CultureInfo.InvariantCulture), new UnixTime(reader.GetInt64(19)), new UnixTime(hasTry ? reader.GetInt64(12) : 0));
    }

    /// <summary>Finish writes the campaign's row only: what still waited reads as ended with it (P11).</summary>
    private static JobReport AsFinished(JobReport report, CampaignStatus campaign, UnixTime finishedAt, UnixTime lastEnd) =>
        campaign is not (CampaignStatus.Finished or CampaignStatus.Deleted) || report.Status is JobStatus.Final or JobStatus.Live
            ? report
            : report with
            {
                Status = JobStatus.Final,
                // its last call was up at the finish, and reached nobody
                Result = report.Attempts > 0 && lastEnd > finishedAt ? JobResult.NoAnswer : JobResult.NotDone,
                EndReason = EndReason.CampaignFinished,
                FinishedAt = finishedAt,
                NextAt = UnixTime.None,
            };
}
