using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>
/// The subscriber's decisions (P5–P8, P22–P29): same inputs, same answer. The shell stores the answer under a version check
/// and only then acts.
/// </summary>
public static partial class SubscriberMachine
{
    /// <summary>Judges a due row just before its intent: attempts, siblings, due time, window (I4).</summary>
    public static AdmitDecision Admit(SubscriberContext context, int silo, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(context);
        var row = context.Row;
        if (row.Status != JobStatus.Waiting)
        {
            return new AdmitDecision.Stale();
        }

        if (EndWithoutCall(context, now) is { } ended)
        {
            return new AdmitDecision.End(ended);
        }

        if (context.Siblings.Any(s => s.Status == JobStatus.Live))
        {
            return new AdmitDecision.NotNow(RefusalCodes.PhoneBusy, now + RefusalCodes.BusyRetry);
        }

        // the streak of P8 belongs to the phone and holds all its jobs
        var hold = SiblingRules.HoldOf(context);
        if (hold > now)
        {
            return new AdmitDecision.NotNow(RefusalCodes.Backoff, hold);
        }

        var due = context.DueAt(row);
        if (due > now)
        {
            return new AdmitDecision.NotNow(RefusalCodes.NotDue, due);
        }

        var openings = context.Openings(row);
        return openings.IsOpen(now)
            ? new AdmitDecision.Dial(Intent(SiblingRules.Shared(context), silo, SiblingRules.StartOf(context, now)))
            : new AdmitDecision.NotNow(RefusalCodes.Window, openings.NextOpen(now));
    }

    /// <summary>
    /// Ends a waiting job that can never be called: attempts lowered by an edit (P14), zone unknown (P4), a destination that the
    /// trunk may not call (P39), no window before its finish instant. Null when it can still be called.
    /// </summary>
    public static SubscriberStep? EndWithoutCall(SubscriberContext context, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(context);
        var row = context.Row;
        if (row.Status is not (JobStatus.Waiting or JobStatus.Backoff))
        {
            return null;
        }

        if (context.Terms.Status is CampaignStatus.Finished or CampaignStatus.Deleted)
        {
            // its last call was up when the campaign was finished, and reached nobody: no retry (P11)
            return EndNow(row, Expired(row), EndReason.CampaignFinished, now);
        }

        if (context.Calendar.Skip)
        {
            return EndNow(row, JobResult.NotDone, EndReason.ZoneUnknown, now);
        }

        if (Destinations.Refuse(context.Terms, row.Phone) is not null)
        {
            return EndNow(row, JobResult.NotDone, EndReason.DestinationNotAllowed, now);
        }

        if (!context.HasAttemptsLeft(row))
        {
            return EndNow(row, LastOutcome(row), EndReason.AttemptsLowered, now);
        }

        var why = context.Openings(row).WhyNever(UnixTime.Max(now, context.DueAt(row)));
        return why == EndReason.None ? null : EndNow(row, Expired(row), why, now);
    }

    /// <summary>A number that the intent's transaction found in do-not-call: ends without a call, nothing spent (P38).</summary>
    public static SubscriberStep EndForDoNotCall(JobRow row, UnixTime now) =>
        EndNow(row, JobResult.NotDone, EndReason.DoNotCall, now);

    /// <summary>
    /// Puts a refused job off until the phone may be called again. Bounded by <see cref="RefusalCodes.LongestDeferral"/>, so
    /// that wider caps take effect soon.
    /// </summary>
    public static SubscriberStep Defer(JobRow row, string reason, UnixTime until, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(row);
        var at = UnixTime.Min(until, now + RefusalCodes.LongestDeferral);
        var deferred = Next(row) with { NotBefore = at, Lane = AtLane(row) };
        return Change(row, deferred) with { Notes = [new JobNote(row.Id, row.Campaign, now, reason, at.ToString())] };
    }

    private static JobRow Intent(JobRow row, int silo, UnixTime now) => Next(row) with
    {
        Status = JobStatus.Live,
        TryNumber = row.TryNumber + 1,
        TryStartedAt = now,
        AnsweredAt = UnixTime.None,
        Silo = silo,
        Flags = row.Flags & ~(JobFlags.LastUnknown | JobFlags.PutBack | JobFlags.BotSpoke),
    };

    private static SubscriberStep EndNow(JobRow row, JobResult result, EndReason reason, UnixTime now) =>
        Change(row, Finished(row, result, reason, now)) with
        {
            Notes = [new JobNote(row.Id, row.Campaign, now, "ended", reason.ToString())],
        };
}
