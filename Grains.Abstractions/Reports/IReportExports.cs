using Dialer.Bots;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Reports;

/// <summary>Rows of reports that are downloaded whole (P50): a page after another by key, so that a page costs the same wherever it is. Never writes.</summary>
public interface IReportExports
{
    /// <summary>
    /// The columns that payloads and report data make: found by looking through all of them once, a page at a time. What is
    /// remembered is bounded by <see cref="ReportColumns.MaxColumns"/> of each kind, however different the payloads are.
    /// </summary>
    Task<ReportColumns> ReadColumnsAsync(CampaignId campaign, CancellationToken cancel);

    /// <summary>Jobs by id after a cursor, as <see cref="IDialerQueries"/> reads them, with the report data of all their tries.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="status">As it reads; null = all.</param>
    /// <param name="after">The cursor.</param>
    /// <param name="limit">At most so many.</param>
    Task<IReadOnlyList<ExportedJob>> ReadJobsAsync(CampaignId campaign, JobStatus? status, JobId after, int limit);

    /// <summary>Tries that left for the carrier, counted or not, of the next jobs after a cursor; by job, then number.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="after">The cursor.</param>
    /// <param name="jobs">Of at most so many jobs.</param>
    Task<TryPage> ReadTriesAsync(CampaignId campaign, JobId after, int jobs);
}

/// <summary>Columns of a report beside those that every report has.</summary>
/// <param name="Payload">Keys of payloads, in the order in which they first stand.</param>
/// <param name="HasMorePayload">There are more keys than columns.</param>
/// <param name="Data">Headers of report data, by their order, then by name.</param>
/// <param name="HasMoreData">There are more headers than columns.</param>
public sealed record ReportColumns(IReadOnlyList<string> Payload, bool HasMorePayload, IReadOnlyList<string> Data, bool HasMoreData)
{
    /// <summary>Of each kind. What has no column of its own is told together in one.</summary>
    public const int MaxColumns = 200;
}

/// <summary>A job with what bots reported on it.</summary>
/// <param name="Job">The job.</param>
/// <param name="ReportDataJson">Of each try that had some, oldest first.</param>
/// <param name="CallResult">The last that a bot gave; null = none.</param>
/// <param name="CallResultPayload">What it passed beside that.</param>
/// <param name="LastTag">The tag that was said last; null = none.</param>
public sealed record ExportedJob(
    JobReport Job, IReadOnlyList<string> ReportDataJson, string? CallResult = null, string? CallResultPayload = null, CallTag? LastTag = null);

/// <summary>Tries of some jobs.</summary>
/// <param name="Next">The cursor for the next page; null = this is the last.</param>
public sealed record TryPage(IReadOnlyList<ExportedTry> Tries, JobId? Next);

/// <summary>A try with its job's phone and payload.</summary>
public sealed record ExportedTry(PhoneNumber Phone, TryRecord Try, string? Payload);
