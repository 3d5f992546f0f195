using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Reports;

/// <summary>A row per job, by id: the order in which they were added.</summary>
internal sealed class JobsTable(IReportExports exports, CampaignId campaign, JobStatus? status, ReportColumns columns, string timeZone)
    : ReportTable(Columns, columns, timeZone)
{
    private static readonly string[] Columns =
    [
        "job_id", "phone", "status", "result", "reason", "attempts", "tries", "created", "finished", "next_at", "last_call", "talk_seconds", "outcome",
        "sip_code", "zone", "zone_source", "call_result", "call_result_payload", "tag", "tag_payload",
    ];

    public override async IAsyncEnumerable<IReadOnlyList<string[]>> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var after = new JobId(0);
        for (var read = PageRows; read == PageRows;)
        {
            cancel.ThrowIfCancellationRequested();
            var page = await exports.ReadJobsAsync(campaign, status, after, PageRows);
            read = page.Count;
            if (read > 0)
            {
                after = page[^1].Job.Id;
                yield return [.. page.Select(Row)];
            }
        }
    }

    /// <summary>Where a number may be, in one word for people.</summary>
    public static string ZoneText(Calendars.ZoneFound zone) =>
        zone.IsAmbiguous ? string.Create(CultureInfo.InvariantCulture, $"one of {zone.Candidates.Length}") : zone.Key;

    private string[] Row(ExportedJob exported)
    {
        var job = exported.Job;
        return Row(
            [
                Text(job.Id.Value),
                job.Phone.IsNone ? "" : job.Phone.Digits,
                Word(job.Status),
                Word(job.Result),
                job.EndReason == EndReason.None ? "" : job.EndReason.Word(),
                Text(job.Attempts),
                Text(job.Tries),
                Text(job.CreatedAt),
                Text(job.FinishedAt),
                Text(job.NextAt),
                Text(job.LastStartedAt),
                Text(job.LastTalk),
                Word(job.LastClass),
                SipCode(job.LastSipCode),
                ZoneText(job.Zone),
                Word(job.Zone.Source),
                SpreadsheetCell.Safe(exported.CallResult ?? ""),
                SpreadsheetCell.Safe(exported.CallResultPayload ?? ""),
                SpreadsheetCell.Safe(exported.LastTag?.Name ?? ""),
                PayloadText(exported.LastTag),
            ],
            job.Payload,
            exported.ReportDataJson);
    }

    public static string PayloadText(CallTag? tag) => tag?.Payload is not { } payload ? ""
        : SpreadsheetCell.Safe(payload is JsonValue value && value.TryGetValue<string>(out var text) ? text : payload.ToJsonString());

    public static string SipCode(int code) => code == 0 ? "" : Text(code);
}

/// <summary>
/// A row per call, by job: those that did not count as attempts too, so that it can be held against the carrier's bill. Their column
/// <c>attempt</c> is empty.
/// </summary>
internal sealed class AttemptsTable(IReportExports exports, CampaignId campaign, ReportColumns columns, string timeZone)
    : ReportTable(Columns, columns, timeZone)
{
    private static readonly string[] Columns =
    [
        "job_id", "try", "phone", "series", "attempt", "planned", "started", "answered", "ended", "talk_seconds", "outcome", "fault", "ended_by", "sip_code",
        "q850", "cause", "rule", "next_at", "call_result", "answered_by", "speech_seconds",
        "call_result_payload", "tag", "tag_payload", "redial",
    ];

    /// <summary>A job has up to a hundred tries, and most have few.</summary>
    private const int PageJobs = 500;

    public override async IAsyncEnumerable<IReadOnlyList<string[]>> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (JobId? after = new JobId(0); after is { } cursor;)
        {
            cancel.ThrowIfCancellationRequested();
            var page = await exports.ReadTriesAsync(campaign, cursor, PageJobs);
            after = page.Next;
            if (page.Tries.Count > 0)
            {
                yield return [.. page.Tries.Select(Row)];
            }
        }
    }

    private string[] Row(ExportedTry exported)
    {
        var made = exported.Try;
        var tag = CallTag.LastOf(made.CallTagsJson);
        return Row(
            [
                Text(made.Try.Job.Value),
                Text(made.Try.Number),
                exported.Phone.IsNone ? "" : exported.Phone.Digits,
                Text(made.Series),
                made.AttemptNumber == 0 ? "" : Text(made.AttemptNumber),
                Text(made.PlannedAt),
                Text(made.StartedAt),
                Text(made.AnsweredAt),
                Text(made.EndedAt),
                Text(made.Talk),
                Word(made.Class),
                Word(made.Fault),
                Word(made.EndedBy),
                JobsTable.SipCode(made.Cause.SipCode),
                JobsTable.SipCode(made.Cause.Q850),
                SpreadsheetCell.Safe(made.Cause.Text ?? ""),
                made.Rule,
                Text(made.NextAt),
                SpreadsheetCell.Safe(made.CallResult ?? ""),
                Word(made.AnsweredBy),
                made.SpeechSeconds < 0 ? "" : Text(made.SpeechSeconds),
                SpreadsheetCell.Safe(made.CallResultPayload ?? ""),
                SpreadsheetCell.Safe(tag?.Name ?? ""),
                JobsTable.PayloadText(tag),
                made.Redial is { } redial ? Text(redial.Accepted) : "",
            ],
            exported.Payload,
            made.ReportDataJson is { } data ? [data] : []);
    }
}
