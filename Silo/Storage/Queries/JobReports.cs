using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Dialer.Bots;
using Dialer.Campaigns;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Queries;

/// <summary>Series and attempts, on either engine: rows by an index first, then the tries of those that are shown.</summary>
internal sealed class JobReports(IDatabase database) : IJobReports
{
    private const int Chunk = 1_000;

    // of a finished campaign what still waited reads as ended with it (P11)
    private const string Open =
        "select j.id as job, j.series as series, j.created_at as created, j.phone as phone, j.status as status, j.result as result, "
        + "j.attempts as attempts, j.attempts_total as total, case when j.finished_at = 0 and j.status <> 2 then @ended else j.finished_at end as finished "
        + "from call_job j where (j.campaign + 0) = @campaign";

    private const string Closed =
        "select s.job, s.series, j.created_at, j.phone, 4, s.result, s.attempts, s.attempts, s.finished_at "
        + "from call_series s join call_job j on j.id = s.job where s.campaign = @campaign";

    /// <summary>
    /// The instant that a report shows as an attempt's start, as the index call_try_reported has it: a client that asks on from the last
    /// instant it was shown must miss nothing.
    /// </summary>
    private const string Started = "case when answered_at > 0 then answered_at else started_at end";

    public Task<IReadOnlyList<SeriesReport>> ReadSeriesAsync(CampaignId campaign, SeriesFilter filter, int offset, int limit) =>
        database.ReadAsync<IReadOnlyList<SeriesReport>>(async connection =>
        {
            var ended = await EndedAsync(connection, campaign);
            if (filter.IsUnfinishedOnly && ended != 0)
            {
                // only what is still up
                return await WithTriesAsync(connection, campaign, await connection.ListAsync(
                    $"{Open} and j.status = 2 order by created, job limit @limit offset @offset", Row,
                    ("campaign", campaign.Value), ("ended", ended), ("limit", limit), ("offset", offset)));
            }

            var text = filter.IsUnfinishedOnly
                ? $"{Open} and j.status <> 4 order by created, job limit @limit offset @offset"
                : $"{Open}{OpenBounds(filter, ended)} union all {Closed}{ClosedBounds(filter)} order by 3, 1, 2 limit @limit offset @offset";
            return await WithTriesAsync(connection, campaign, await connection.ListAsync(
                text, Row,
                [("campaign", campaign.Value), ("ended", ended), ("limit", limit), ("offset", offset), .. Bounds(filter)]));
        });

    public Task<IReadOnlyList<SeriesReport>> ReadSeriesAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs) =>
        database.ReadAsync<IReadOnlyList<SeriesReport>>(async connection =>
        {
            var ended = await EndedAsync(connection, campaign);
            var rows = new List<SeriesRow>();
            foreach (var chunk in jobs.Distinct().Order().Chunk(Chunk))
            {
                rows.AddRange(await connection.ListAsync(
                    $"{Open} and j.id in ({List(chunk)}) union all {Closed} and s.job in ({List(chunk)}) order by 1, 2", Row,
                    ("campaign", campaign.Value), ("ended", ended)));
            }

            return await WithTriesAsync(connection, campaign, rows);
        });

    public Task<IReadOnlyList<AttemptReport>> ReadAttemptsAsync(CampaignId campaign, AttemptFilter filter, int offset, int limit) =>
        database.ReadAsync<IReadOnlyList<AttemptReport>>(async connection =>
        {
            var bounds = (filter.StartedFrom.IsNone ? "" : $" and {Started} >= @startedfrom") + (filter.StartedTo.IsNone ? "" : $" and {Started} < @startedto")
                + (filter.FinishedFrom.IsNone ? "" : " and ended_at >= @endedfrom") + (filter.FinishedTo.IsNone ? "" : " and ended_at < @endedto");
            var tries = await connection.ListAsync(
                $"select {TryRows.Columns} from call_try where campaign = @campaign and attempt_number > 0{bounds} order by {Started}, job, number limit @limit offset @offset",
                TryRows.Read,
                ("campaign", campaign.Value), ("limit", limit), ("offset", offset),
                ("startedfrom", filter.StartedFrom.Ms), ("startedto", filter.StartedTo.Ms), ("endedfrom", filter.FinishedFrom.Ms), ("endedto", filter.FinishedTo.Ms));
            return await WithPhonesAsync(connection, tries);
        });

    public Task<IReadOnlyList<AttemptReport>> ReadAttemptsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs) =>
        database.ReadAsync<IReadOnlyList<AttemptReport>>(async connection => await WithPhonesAsync(
            connection, [.. (await TriesAsync(connection, campaign, jobs)).Where(t => t.AttemptNumber > 0)]));

    public Task<IReadOnlyList<FoundJob>> FindJobsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs, IReadOnlyCollection<PhoneNumber> phones) =>
        database.ReadAsync<IReadOnlyList<FoundJob>>(async connection =>
        {
            var found = new Dictionary<JobId, FoundJob>();
            var parts = jobs.Distinct().Chunk(Chunk).Select(c => $"id in ({List(c)})")
                .Concat(phones.Distinct().Chunk(Chunk).Select(c => $"phone in ({string.Join(',', c.Select(p => p.Value.ToString(CultureInfo.InvariantCulture)))})"));
            foreach (var part in parts)
            {
                foreach (var job in await connection.ListAsync(
                    $"select id, phone, status, flags from call_job where {part} and campaign = @campaign",
                    r => new FoundJob(new JobId(r.GetInt64(0)), new PhoneNumber(r.GetInt64(1)), (JobStatus)r.GetInt16(2), (JobFlags)r.GetInt16(3)),
                    ("campaign", campaign.Value)))
                {
                    found[job.Id] = job;
                }
            }

            return [.. found.Values.OrderBy(j => j.Id)];
        });

    private static string OpenBounds(SeriesFilter filter, long ended)
    {
        var text = (filter.CreatedFrom.IsNone ? "" : " and j.created_at >= @createdfrom") + (filter.CreatedTo.IsNone ? "" : " and j.created_at < @createdto");
        if (filter.FinishedFrom.IsNone && filter.FinishedTo.IsNone)
        {
            return text;
        }

        var range = "j.finished_at > 0" + (filter.FinishedFrom.IsNone ? "" : " and j.finished_at >= @finishedfrom")
            + (filter.FinishedTo.IsNone ? "" : " and j.finished_at < @finishedto");
        var endsWithin = ended != 0 && ended >= filter.FinishedFrom.Ms && (filter.FinishedTo.IsNone || ended < filter.FinishedTo.Ms);
        return $"{text} and ({range}{(endsWithin ? " or (j.finished_at = 0 and j.status <> 2)" : "")})";
    }

    private static string ClosedBounds(SeriesFilter filter) =>
        (filter.CreatedFrom.IsNone ? "" : " and j.created_at >= @createdfrom") + (filter.CreatedTo.IsNone ? "" : " and j.created_at < @createdto")
        + (filter.FinishedFrom.IsNone ? "" : " and s.finished_at >= @finishedfrom") + (filter.FinishedTo.IsNone ? "" : " and s.finished_at < @finishedto");

    private static (string, object?)[] Bounds(SeriesFilter filter) =>
    [
        ("createdfrom", filter.CreatedFrom.Ms), ("createdto", filter.CreatedTo.Ms),
        ("finishedfrom", filter.FinishedFrom.Ms), ("finishedto", filter.FinishedTo.Ms),
    ];

    /// <summary>When the campaign was finished; 0 = it was not.</summary>
    private static async Task<long> EndedAsync(DbConnection connection, CampaignId campaign) => Convert.ToInt64(
        await connection.ScalarAsync(
            "select finished_at from campaign where id = @id and status in (@finished, @deleted)",
            ("id", campaign.Value), ("finished", (short)CampaignStatus.Finished), ("deleted", (short)CampaignStatus.Deleted)) ?? 0L,
        CultureInfo.InvariantCulture);

    private static async Task<List<TryRecord>> TriesAsync(DbConnection connection, CampaignId campaign, IEnumerable<JobId> jobs)
    {
        var tries = new List<TryRecord>();
        foreach (var chunk in jobs.Distinct().Order().Chunk(Chunk))
        {
            tries.AddRange(await connection.ListAsync(
                $"select {TryRows.Columns} from call_try where job in ({List(chunk)}) and campaign = @campaign order by job, number",
                TryRows.Read, ("campaign", campaign.Value)));
        }

        return tries;
    }

    private static async Task<IReadOnlyList<AttemptReport>> WithPhonesAsync(DbConnection connection, IReadOnlyList<TryRecord> tries)
    {
        var phones = new Dictionary<JobId, PhoneNumber>();
        foreach (var chunk in tries.Select(t => t.Try.Job).Distinct().Chunk(Chunk))
        {
            foreach (var (job, phone) in await connection.ListAsync(
                $"select id, phone from call_job where id in ({List(chunk)})", r => (new JobId(r.GetInt64(0)), new PhoneNumber(r.GetInt64(1)))))
            {
                phones[job] = phone;
            }
        }

        return [.. tries.Where(t => phones.ContainsKey(t.Try.Job)).Select(t => new AttemptReport { Phone = phones[t.Try.Job], Try = t })];
    }

    private static async Task<IReadOnlyList<SeriesReport>> WithTriesAsync(DbConnection connection, CampaignId campaign, IReadOnlyList<SeriesRow> rows)
    {
        var tries = (await TriesAsync(connection, campaign, rows.Select(r => r.Job))).ToLookup(t => (t.Try.Job, (int)t.Series));
        return [.. rows.Select(r => Report(r, [.. tries[(r.Job, r.Series)]]))];
    }

    private static SeriesReport Report(SeriesRow row, IReadOnlyList<TryRecord> tries) => new()
    {
        Job = row.Job,
        Series = row.Series,
        Phone = row.Phone,
        Status = row.FinishedAt.IsNone ? row.Status : JobStatus.Final,
        Result = row.Status is JobStatus.Waiting or JobStatus.Backoff && !row.FinishedAt.IsNone
            ? (row.AttemptsTotal > 0 && tries.Any(t => t.EndedAt > row.FinishedAt) ? JobResult.NoAnswer : JobResult.NotDone)
            : row.Result,
        Attempts = row.Attempts,
        HasTries = tries.Any(t => t.Class != Calls.CallClass.NotPlaced),
        CreatedAt = row.CreatedAt,
        FinishedAt = row.FinishedAt,
        Talk = TimeSpan.FromTicks(tries.Sum(t => t.Talk.Ticks)),
        ReportDataJson = Merge(tries),
        LastTag = CallTag.LastOf(tries.LastOrDefault(t => t.CallTagsJson is not null)?.CallTagsJson),
    };

    private static string? Merge(IReadOnlyList<TryRecord> tries)
    {
        var texts = tries.Select(t => t.ReportDataJson).OfType<string>().ToList();
        if (texts.Count < 2)
        {
            return texts.FirstOrDefault();
        }

        var merged = new JsonObject();
        foreach (var (key, value) in texts.SelectMany(t => JsonNode.Parse(t)!.AsObject().ToList()))
        {
            merged[key] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }

    private static SeriesRow Row(DbDataReader reader) => new(
        new JobId(reader.GetInt64(0)),
        Convert.ToInt32(reader.GetValue(1), CultureInfo.InvariantCulture),
        new UnixTime(reader.GetInt64(2)),
        new PhoneNumber(reader.GetInt64(3)),
        (JobStatus)Convert.ToInt32(reader.GetValue(4), CultureInfo.InvariantCulture),
        (JobResult)Convert.ToInt32(reader.GetValue(5), CultureInfo.InvariantCulture),
        Convert.ToInt32(reader.GetValue(6), CultureInfo.InvariantCulture),
        Convert.ToInt32(reader.GetValue(7), CultureInfo.InvariantCulture),
        new UnixTime(reader.GetInt64(8)));

    private static string List(IEnumerable<JobId> jobs) => string.Join(',', jobs.Select(j => j.Value.ToString(CultureInfo.InvariantCulture)));

    private readonly record struct SeriesRow(
        JobId Job, int Series, UnixTime CreatedAt, PhoneNumber Phone, JobStatus Status, JobResult Result, int Attempts, int AttemptsTotal, UnixTime FinishedAt);
}
