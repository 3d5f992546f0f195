using Dialer.Events;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>Which transition of a job a step is (P51).</summary>
public static class JobEvents
{
    /// <summary>The type of its event; null = nothing that others are told: put off, held, marked, awake again.</summary>
    public static string? TypeOf(SubscriberStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step switch
        {
            { IsNote: true } => null,
            // what a bot says after the end is no transition, unless it opens, ends or stops the job
            { IsAmendment: true, ClosedSeries: null, Row.EndReason: not EndReason.StopCalls } => EventTypes.JobAmended,
            { IsAnswer: true } => EventTypes.JobAnswered,
            { Row: { Status: JobStatus.Final, Result: JobResult.Cancelled } } => EventTypes.JobCancelled,
            { Row.Status: JobStatus.Final } => EventTypes.JobFinished,
            { ClosedSeries: not null } => EventTypes.JobRedial,
            { Try: not null } => EventTypes.JobRetry,
            { IsPutBack: true } => EventTypes.JobReopened,
            _ => null,
        };
    }
}
