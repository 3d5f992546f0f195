using Dialer.Bots;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Reports;

/// <summary>
/// Reports of the Calls API (calls-api §1.9): a row per series of a job, a row per attempt. Never writes. A waiting job of a finished
/// campaign reads as it ended.
/// </summary>
public interface IJobReports
{
    /// <summary>Series by (created, job, series), those that fit.</summary>
    Task<IReadOnlyList<SeriesReport>> ReadSeriesAsync(CampaignId campaign, SeriesFilter filter, int offset, int limit);

    /// <summary>All series of these jobs, by (job, series).</summary>
    Task<IReadOnlyList<SeriesReport>> ReadSeriesAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs);

    /// <summary>Tries that counted, by (started, job), those that fit.</summary>
    Task<IReadOnlyList<AttemptReport>> ReadAttemptsAsync(CampaignId campaign, AttemptFilter filter, int offset, int limit);

    /// <summary>Tries of these jobs that counted, by (job, number).</summary>
    Task<IReadOnlyList<AttemptReport>> ReadAttemptsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs);

    /// <summary>The jobs with these ids, and those of these phones.</summary>
    Task<IReadOnlyList<FoundJob>> FindJobsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs, IReadOnlyCollection<PhoneNumber> phones);
}

/// <summary>Bounds of instants; from inclusive, to exclusive; none = no bound.</summary>
public sealed record SeriesFilter
{
    public UnixTime CreatedFrom { get; init; }

    public UnixTime CreatedTo { get; init; }

    public UnixTime FinishedFrom { get; init; }

    public UnixTime FinishedTo { get; init; }

    /// <summary>Only what is not finished.</summary>
    public bool IsUnfinishedOnly { get; init; }
}

/// <summary>Bounds of instants; from inclusive, to exclusive; none = no bound.</summary>
public sealed record AttemptFilter
{
    /// <summary>By the instant that the report shows: the answer's, of a call that was not answered the start of dialing.</summary>
    public UnixTime StartedFrom { get; init; }

    public UnixTime StartedTo { get; init; }

    public UnixTime FinishedFrom { get; init; }

    public UnixTime FinishedTo { get; init; }
}

/// <summary>One series of a job.</summary>
public sealed record SeriesReport
{
    public required JobId Job { get; init; }

    /// <summary>0 = the original one, then 1, 2 … for redials.</summary>
    public required int Series { get; init; }

    public required PhoneNumber Phone { get; init; }

    /// <summary>Of a series that a redial closed: final.</summary>
    public required JobStatus Status { get; init; }

    public required JobResult Result { get; init; }

    /// <summary>Tries that counted, in this series.</summary>
    public required int Attempts { get; init; }

    /// <summary>Any try of this series left for the carrier.</summary>
    public bool HasTries { get; init; }

    public required UnixTime CreatedAt { get; init; }

    /// <summary>None while it is open.</summary>
    public UnixTime FinishedAt { get; init; }

    /// <summary>Talk of all its tries.</summary>
    public TimeSpan Talk { get; init; }

    /// <summary>Report columns as JSON, merged over its tries, the last value of a key; null = none.</summary>
    public string? ReportDataJson { get; init; }

    /// <summary>The tag that was said last in its tries; null = none was.</summary>
    public CallTag? LastTag { get; init; }
}

/// <summary>One try that counted.</summary>
public sealed record AttemptReport
{
    public required PhoneNumber Phone { get; init; }

    public required TryRecord Try { get; init; }
}

/// <summary>A job as commands look for it.</summary>
public sealed record FoundJob(JobId Id, PhoneNumber Phone, JobStatus Status, JobFlags Flags);
