using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

public static partial class SubscriberMachine
{
    /// <summary>The row one version on.</summary>
    internal static JobRow Next(JobRow row) => row with { Version = row.Version + 1 };

    internal static LaneId AtLane(JobRow row) => Lane.BaseOf(row.Lane);

    internal static LaneId PauseLane(JobRow row) => new(Lane.BaseOf(row.Lane).Value | (long)LaneKind.Pause);

    /// <summary>The row at its end; one that an error holds keeps until when it holds the phone (P8).</summary>
    internal static JobRow Finished(JobRow row, JobResult result, EndReason reason, UnixTime now) => Next(row) with
    {
        Status = JobStatus.Final,
        Result = result,
        EndReason = reason,
        FinishedAt = now,
        Silo = 0,
        NotBefore = row.Status == JobStatus.Backoff || row.ErrorStreak > 0 || IsInErrorPause(row) ? row.NotBefore : UnixTime.None,
    };

    /// <summary>It waits for the pause that follows the ninth error (P8).</summary>
    internal static bool IsInErrorPause(JobRow row) =>
        row is { Status: JobStatus.Waiting, Result: JobResult.TechnicalError } && Lane.KindOf(row.Lane) == LaneKind.Pause;

    /// <summary>With what a job ends that has no attempt left: its last outcome (P14); nothing tried = not done.</summary>
    internal static JobResult LastOutcome(JobRow row) => row switch
    {
        { Result: not JobResult.None } => row.Result,
        { AttemptsTotal: > 0 } => JobResult.NoAnswer,
        _ => JobResult.NotDone,
    };

    /// <summary>No window before its finish: attempts made → no answer; only errors → technical error; nothing → not done.</summary>
    internal static JobResult Expired(JobRow row) =>
        row.AttemptsTotal > 0 ? JobResult.NoAnswer
        : row.Has(JobFlags.HadErrors) ? JobResult.TechnicalError
        : JobResult.NotDone;

    private static SubscriberStep Change(JobRow before, JobRow after) => new()
    {
        Row = after,
        Counters = CounterDelta.Between(before, after),
    };

    private static void Demand(bool holds, string law)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Broken invariant: {law}.");
        }
    }
}
