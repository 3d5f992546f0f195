using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Calls;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

public static partial class SubscriberMachine
{
    /// <summary>
    /// Cancels a job (P27): a waiting one ends now; a live one is marked and its call ends normally. Null when it is final or
    /// marked already.
    /// </summary>
    /// <param name="row">The job.</param>
    /// <param name="reason">Why it ends.</param>
    /// <param name="now">When.</param>
    /// <param name="isOver">The campaign is finished or deleted: what waits in it has ended already, and is not cancelled any more (P11).</param>
    public static SubscriberStep? Cancel(JobRow row, EndReason reason, UnixTime now, bool isOver = false)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Status == JobStatus.Final || row.Has(JobFlags.CancelRequested) || (isOver && reason == EndReason.Cancelled && row.Status != JobStatus.Live))
        {
            return null;
        }

        // a live row keeps the reason for when its call is over
        var after = row.Status == JobStatus.Live
            ? Next(row) with { Flags = row.Flags | JobFlags.CancelRequested, EndReason = reason }
            : Finished(row, CancelledResult(reason), reason, now);
        return Change(row, after);
    }

    /// <summary>How a job ends that is taken off for this reason: do-not-call and erasing are not a person's cancelling (P27, P38).</summary>
    internal static JobResult CancelledResult(EndReason reason) =>
        reason is EndReason.DoNotCall or EndReason.Erased ? JobResult.NotDone : JobResult.Cancelled;

    /// <summary>The backoff of a row is over (P8): it waits again. Null when it is not in backoff or not due: the tick was early or double.</summary>
    public static SubscriberStep? Wake(JobRow row, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Status == JobStatus.Backoff && row.NotBefore <= now
            ? Change(row, Next(row) with { Status = JobStatus.Waiting })
            : null;
    }

    /// <summary>
    /// Settles a live row whose silo is lost (P29, P30): unknown, once the call is certainly over or its longest time has
    /// passed; null while it may still be up, so that the permit stays taken.
    /// </summary>
    /// <param name="context">The live row and its conditions.</param>
    /// <param name="knownOver">The far side says that the call is over.</param>
    /// <param name="now">When that was known.</param>
    /// <param name="told">What its bot had said; null = nothing.</param>
    public static SubscriberStep? Settle(SubscriberContext context, bool knownOver, UnixTime now, BotReply? told = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var row = context.Row;
        if (row.Status != JobStatus.Live)
        {
            return null;
        }

        var longest = row.TryStartedAt + context.Terms.Channel.LongestCall;
        return knownOver || now >= longest
            ? Ended(context, UnknownEnd(row, now) with { Bot = told }, row.TryStartedAt, isChannelDown: false)
            : null;
    }

    /// <summary>
    /// A real result of a try that was settled as unknown, when no later try began (architecture, Recovery): what was decided
    /// then is undone and decided anew. Null when it comes too late.
    /// </summary>
    /// <param name="context">The job and the phone's others.</param>
    /// <param name="ended">The real result.</param>
    /// <param name="plannedAt">When the try had been due.</param>
    /// <param name="told">What its bot had said until then: a redial in it was dropped, and is decided anew.</param>
    public static SubscriberStep? Correct(SubscriberContext context, CallEnded ended, UnixTime plannedAt, BotReply? told = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(ended);
        var row = SiblingRules.Shared(context);
        var isOpen = row.Status is JobStatus.Waiting or JobStatus.Final;
        if (!isOpen || !row.Has(JobFlags.LastUnknown) || row.Try != ended.Try || ended.Class == CallClass.Unknown)
        {
            return null;
        }

        var isOvertaken = SiblingRules.IsOvertaken(context);
        if (ended.Class == CallClass.Technical && isOvertaken)
        {
            return null;
        }

        // only an answered try was counted when it was settled; who does not know of the answer cannot unspend it (P41)
        var wasAnswered = row.Result == JobResult.Unknown;
        if (wasAnswered && ended.AnsweredAt.IsNone)
        {
            return null;
        }

        var undone = wasAnswered ? 1 : 0;
        // cancelled while it waited after that: as if it had been while the call was up (P27)
        var isCancelled = row.EndReason is EndReason.Cancelled or EndReason.DoNotCall or EndReason.Erased or EndReason.StopCalls;
        var live = row with
        {
            Attempts = (short)(row.Attempts - undone),
            AttemptsTotal = (short)(row.AttemptsTotal - undone),
            AttemptsToPhone = (short)(row.AttemptsToPhone - undone),
            Status = JobStatus.Live,
            Result = JobResult.None,
            EndReason = isCancelled ? row.EndReason : EndReason.None,
            FinishedAt = UnixTime.None,
            Flags = (row.Flags & ~JobFlags.LastUnknown) | (isCancelled ? JobFlags.CancelRequested : JobFlags.None),
        };
        var heard = ended with { Bot = BotReply.Merge(told, ended.Bot) };
        var step = Ended(context with { Row = live }, heard, plannedAt, isChannelDown: false, isOvertaken);
        return step with
        {
            Counters = step.Counters + CounterDelta.Between(row, live) + new CampaignCounters
            {
                Tries = -1,
                RedialsDropped = told?.Redial is null ? 0 : -1,
                // what the record of the unknown call had counted
                SpeechSeconds = -Math.Max(0, told?.SpeechSeconds ?? 0),
            },
            Release = null,
            ReplacesTry = true,
        };
    }

    /// <summary>
    /// An operator takes a suspicious outcome back (P12): the job waits again from now, the attempt that the try spent unspent.
    /// Null when the outcome is not a suspicious one, a later try began, or the job may not be called any more.
    /// </summary>
    /// <param name="context">The job and the phone's others, which share its attempts and its streak.</param>
    /// <param name="record">Its last try.</param>
    /// <param name="now">From when it waits again.</param>
    public static SubscriberStep? PutBack(SubscriberContext context, TryRecord record, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(record);
        var row = SiblingRules.Shared(context);
        var mayBeCalled = row.Status is JobStatus.Waiting or JobStatus.Backoff
            || (row.Status == JobStatus.Final && row.EndReason is EndReason.None or EndReason.Expired or EndReason.AttemptsLowered);
        if (row.Try != record.Try || row.Has(JobFlags.PutBack) || !OutcomeClasses.IsSuspicious(record.Class) || !mayBeCalled)
        {
            return null;
        }

        var spent = record.AttemptNumber > 0 ? 1 : 0;
        var after = Next(row) with
        {
            Status = JobStatus.Waiting,
            Result = JobResult.None,
            EndReason = row.Has(JobFlags.CancelRequested) ? row.EndReason : EndReason.None,
            FinishedAt = UnixTime.None,
            Lane = AtLane(row),
            NotBefore = now,
            Attempts = (short)Math.Max(0, row.Attempts - spent),
            AttemptsTotal = (short)(row.AttemptsTotal - spent),
            AttemptsToPhone = (short)Math.Max(0, row.AttemptsToPhone - spent),
            ErrorStreak = SiblingRules.IsOvertaken(context) ? row.ErrorStreak : (byte)0,
            Flags = row.Flags | JobFlags.PutBack,
        };
        var siblings = SiblingRules.PutBack(context, after, spent);
        return Change(row, after) with
        {
            Siblings = siblings,
            IsPutBack = true,
            Counters = CounterDelta.Between(row, after) + SiblingRules.Delta(context.Others, siblings),
            Notes = [new JobNote(row.Id, row.Campaign, now, "put_back", record.Class.ToString())],
        };
    }

    private static CallEnded UnknownEnd(JobRow row, UnixTime now) => new()
    {
        Try = row.Try,
        Campaign = row.Campaign,
        Phone = row.Phone,
        Seq = int.MaxValue,
        At = now,
        Class = CallClass.Unknown,
        Fault = Fault.Ourselves,
        AnsweredAt = row.AnsweredAt,
    };
}
