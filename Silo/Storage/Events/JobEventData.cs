using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Events;

/// <summary>What is told of a job's transition: words and figures as in the management API, not the payload.</summary>
/// <param name="Attempts">Attempts spent over all series.</param>
/// <param name="Outcome">Of the try that is over.</param>
/// <param name="Corrected">A late real result replaces one that was told as unknown (P29).</param>
internal sealed record JobEventData(
    string CampaignId,
    string JobId,
    string Phone,
    JobStatus Status,
    JobResult? Result,
    string? EndReason,
    string? TryId,
    int TryNumber,
    int Attempts,
    int Series,
    CallClass? Outcome,
    int? SipCode,
    string? CallResult,
    double? TalkSeconds,
    string? Rule,
    UnixTime? StartedAt,
    UnixTime? AnsweredAt,
    UnixTime? EndedAt,
    UnixTime? NextAt,
    bool? Corrected)
{
    public static JobEventData Of(IntentWrite intent) => Of(intent.Row, null, isCorrected: false);

    public static JobEventData Of(SubscriberStep step) => Of(step.Row, step.Try, step.ReplacesTry && !step.IsAmendment);

    /// <summary>When it happened.</summary>
    public static UnixTime TimeOf(SubscriberStep step) => step switch
    {
        { IsAnswer: true } => step.Row.AnsweredAt,
        { Try: { } made } => made.EndedAt,
        { Row.Status: JobStatus.Final } => step.Row.FinishedAt,
        _ => step.Row.NotBefore,
    };

    private static JobEventData Of(JobRow row, TryRecord? made, bool isCorrected) => new(
        row.Campaign.ToString(),
        row.Id.ToString(),
        row.Phone.Digits,
        row.Status,
        row.Result == JobResult.None ? null : row.Result,
        row.EndReason == Dialer.Subscribers.EndReason.None ? null : row.EndReason.Word(),
        row.TryNumber == 0 ? null : (made?.Try ?? row.Try).ToString(),
        made?.Try.Number ?? row.TryNumber,
        row.AttemptsTotal,
        row.Series,
        made?.Class,
        made is null || made.Cause.SipCode == 0 ? null : made.Cause.SipCode,
        made?.CallResult,
        made is null || made.AnsweredAt.IsNone ? null : made.Talk.TotalSeconds,
        made?.Rule,
        Instant(made?.StartedAt ?? (row.Status == JobStatus.Live ? row.TryStartedAt : UnixTime.None)),
        Instant(made?.AnsweredAt ?? (row.Status == JobStatus.Live ? row.AnsweredAt : UnixTime.None)),
        Instant(made?.EndedAt ?? UnixTime.None),
        Instant(made?.NextAt ?? UnixTime.None),
        isCorrected ? true : null);

    private static UnixTime? Instant(UnixTime at) => at.IsNone ? null : at;
}
