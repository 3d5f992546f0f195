using System.Text.Json.Nodes;
using Dialer.Bots;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.CallsApi;

/// <summary>A series of a job on the wire (calls-api §1.9). Instants in Unix milliseconds, nulls written.</summary>
/// <param name="RedialNumber">Null = the original series.</param>
/// <param name="CallDuration">Talk, in seconds.</param>
internal sealed record CallJobReport(
    string CallJobId,
    int? RedialNumber,
    string Phone,
    long AttemptsCount,
    string JobStatus,
    long CreatedAt,
    long? FinishedAt,
    string? TagName,
    JsonNode? TagPayload,
    long CallDuration,
    JsonNode? ReportData)
{
    public static CallJobReport Of(SeriesReport series) => new(
        series.Job.ToString(),
        ReportWords.Redial(series.Series),
        ReportWords.Phone(series.Phone),
        series.Attempts,
        ReportWords.Status(series.Status, series.Result, series.HasTries),
        series.CreatedAt.Ms,
        ReportWords.Ms(series.FinishedAt),
        series.LastTag?.Name,
        series.LastTag?.Payload,
        (long)series.Talk.TotalSeconds,
        ReportWords.Data(series.ReportDataJson));
}

/// <summary>An attempt on the wire (calls-api §1.9).</summary>
/// <param name="CallDuration">Talk, in seconds.</param>
/// <param name="StartedAt">Start of the talk; of a call that was not answered, of the call.</param>
internal sealed record CallAttemptReport(
    string CallJobId,
    int? RedialNumber,
    string Phone,
    string JobStatus,
    string? CallResult,
    long CallDuration,
    long? StartedAt,
    long? FinishedAt,
    int AttemptNumber,
    string? TagName,
    JsonNode? TagPayload,
    JsonNode? ReportData)
{
    public static CallAttemptReport Of(AttemptReport attempt)
    {
        var made = attempt.Try;
        var tag = CallTag.LastOf(made.CallTagsJson);
        return new CallAttemptReport(
            made.Try.Job.ToString(),
            ReportWords.Redial(made.Series),
            ReportWords.Phone(attempt.Phone),
            ReportWords.Status(made.JobStatus, made.JobResult, hasTries: true),
            made.CallResult,
            (long)made.Talk.TotalSeconds,
            ReportWords.Ms(made.AnsweredAt.IsNone ? made.StartedAt : made.AnsweredAt),
            ReportWords.Ms(made.EndedAt),
            made.AttemptNumber,
            tag?.Name,
            tag?.Payload,
            ReportWords.Data(made.ReportDataJson));
    }
}

/// <summary>Words of reports (calls-api §1.10).</summary>
internal static class ReportWords
{
    /// <summary>Empty where the phone was erased (P57): the wire demands a text.</summary>
    public static string Phone(PhoneNumber phone) => phone.IsNone ? "" : phone.Digits;

    public static int? Redial(int series) => series == 0 ? null : series;

    public static long? Ms(UnixTime instant) => instant.IsNone ? null : instant.Ms;

    public static string Status(JobStatus status, JobResult result, bool hasTries) => status switch
    {
        JobStatus.Live => "inProcess",
        JobStatus.Waiting or JobStatus.Backoff => hasTries ? "onRetry" : "planned",
        _ => result switch
        {
            JobResult.ReachedWithResult => "longCallWithResult",
            JobResult.Reached => "longCallWithNoResult",
            JobResult.NoAnswer or JobResult.AnsweredShort or JobResult.BotFailed => "noAnswer",
            JobResult.Nonexistent => "nonexistentNumber",
            JobResult.TechnicalError => "technicalError",
            JobResult.Cancelled => "cancelledByUser",
            JobResult.NotDone => "notDone",
            _ => "unknown",
        },
    };

    /// <summary>Header → value: what a header's order is stays inside.</summary>
    public static JsonNode? Data(string? json)
    {
        if (json is null)
        {
            return null;
        }

        var values = new JsonObject();
        foreach (var (header, cell) in JsonNode.Parse(json)!.AsObject())
        {
            values[header] = (cell is JsonObject { } o && o.TryGetPropertyValue("value", out var value) ? value : cell)?.DeepClone();
        }

        return values;
    }
}
