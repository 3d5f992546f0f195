using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Calls;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

public static partial class SubscriberMachine
{
    /// <summary>After a call that found no bot the phone rests at least this long (P41).</summary>
    public static readonly TimeSpan BotFailedPause = TimeSpan.FromMinutes(60);

    /// <summary>After a call that failed with its channel, or for want of funds, the number rests so long (P42, P46).</summary>
    public static readonly TimeSpan ChannelDownPause = TimeSpan.FromMinutes(1);

    /// <summary>The callee answered: from here the attempt is spent whatever happens (P41).</summary>
    public static JobRow Answered(JobRow row, UnixTime at)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Next(row) with { AnsweredAt = at };
    }

    /// <summary>
    /// What follows the end of a try: attempts, retry, backoff, redial, or the job's end (P5–P8, P24–P27, P41, P59).
    /// </summary>
    /// <param name="context">The live row and its conditions.</param>
    /// <param name="ended">How the call ended.</param>
    /// <param name="plannedAt">When the try had been due.</param>
    /// <param name="isChannelDown">The channel's breaker is open: no number's streak grows (P42).</param>
    public static SubscriberStep Ended(SubscriberContext context, CallEnded ended, UnixTime plannedAt, bool isChannelDown) =>
        Ended(context, ended, plannedAt, isChannelDown, isOvertaken: false);

    private static SubscriberStep Ended(SubscriberContext context, CallEnded ended, UnixTime plannedAt, bool isChannelDown, bool isOvertaken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(ended);
        var row = context.Row;
        Demand(row.Status == JobStatus.Live && row.Try == ended.Try, "an outcome belongs to the live try");
        var call = new EndedCall(context, ended, plannedAt, isOvertaken);
        if (call.Stop != StopCalls.None && call.Class is not (CallClass.NotPlaced or CallClass.Unknown))
        {
            return AfterOptOut(call);
        }

        return call.Class switch
        {
            CallClass.Answered or CallClass.BotFailed => AfterAnswer(call),
            CallClass.Busy or CallClass.Rejected or CallClass.NoAnswer or CallClass.Unreachable => AfterPlaced(call),
            CallClass.Nonexistent => AfterNonexistent(call),
            CallClass.Technical => AfterTechnical(call, isChannelDown && ended.IsChannelClass),
            CallClass.Cancelled => call.WithoutRedial(call.Wait(call.Back(call.At), StepRules.Stopped, counted: false)),
            CallClass.NotPlaced => call.WithoutRedial(call.NotPlaced()),
            CallClass.Unknown => call.WithoutRedial(AfterUnknown(call)),
            _ => throw new InvalidOperationException($"A call cannot end as {ended.Class}."),
        };
    }

    /// <summary>The opt-out beats everything else, and is heard whatever became of the call (P59).</summary>
    private static SubscriberStep AfterOptOut(EndedCall call)
    {
        var row = OutcomeClasses.IsPlaced(call.Class) ? call.Counted() : call.Uncounted();
        if (call.Class == CallClass.Technical)
        {
            row = row with { Flags = row.Flags | JobFlags.HadErrors };
        }

        var result = call.Class switch
        {
            CallClass.Answered or CallClass.BotFailed => call.ReachedResult,
            CallClass.Nonexistent => JobResult.Nonexistent,
            _ => Expired(row),
        };
        return call.WithoutRedial(call.Finish(row, result, StepRules.StopCalls, EndReason.StopCalls)) with
        {
            DoNotCall = call.Stop == StopCalls.Organisation,
        };
    }

    private static SubscriberStep AfterAnswer(EndedCall call)
    {
        var placed = call.Counted();
        if (call.Class == CallClass.BotFailed)
        {
            var rest = TimeSpan.FromTicks(Math.Max(BotFailedPause.Ticks, call.Context.Pause.Ticks));
            return call.WithoutRedial(call.RetryOrFinish(placed with { Result = JobResult.BotFailed }, StepRules.BotFailed, call.At + rest));
        }

        if (call.IsShort)
        {
            return call.RedialOr(placed, () => call.RetryOrFinish(placed with { Result = JobResult.AnsweredShort }, StepRules.ShortCall));
        }

        return call.RedialOr(placed, () => call.Finish(placed, call.ReachedResult, StepRules.Reached));
    }

    private static SubscriberStep AfterPlaced(EndedCall call)
    {
        var placed = call.Counted() with { Result = JobResult.NoAnswer };
        return call.RedialOr(placed, () => call.RetryOrFinish(placed, StepRules.NotReached));
    }

    private static SubscriberStep AfterNonexistent(EndedCall call) =>
        call.WithoutRedial(call.Finish(call.Counted(), JobResult.Nonexistent, StepRules.Nonexistent));

    private static SubscriberStep AfterTechnical(EndedCall call, bool isChannelDown)
    {
        if (call.IsNoFunds)
        {
            return call.RedialOr(call.Uncounted(), () => call.Wait(call.Rested(ChannelDownPause), StepRules.NoFunds, counted: false));
        }

        if (isChannelDown)
        {
            return call.RedialOr(call.Uncounted(), () => call.Wait(call.Rested(ChannelDownPause), StepRules.ChannelDown, counted: false));
        }

        var streak = call.Row.ErrorStreak + 1;
        if (streak >= ErrorBackoff.ErrorsPerAttempt)
        {
            var spent = call.Counted() with { Result = JobResult.TechnicalError, Flags = call.Flags | JobFlags.HadErrors };
            return call.RedialOr(spent, () => call.RetryOrFinish(spent, StepRules.ErrorsSpentAttempt));
        }

        var due = call.At + ErrorBackoff.After(streak);
        var held = call.Uncounted() with
        {
            Status = JobStatus.Backoff,
            ErrorStreak = (byte)streak,
            NotBefore = due,
            Lane = AtLane(call.Row),
            Flags = call.Flags | JobFlags.HadErrors,
        };
        return call.RedialOr(held, () => call.Wait(held, StepRules.Backoff, counted: false));
    }

    private static SubscriberStep AfterUnknown(EndedCall call)
    {
        if (!call.AnsweredAt.IsNone)
        {
            var reason = call.Stop == StopCalls.None ? EndReason.None : EndReason.StopCalls;
            return call.Finish(call.Counted() with { Flags = call.Row.Flags | JobFlags.LastUnknown }, JobResult.Unknown, StepRules.UnknownAnswered, reason) with
            {
                DoNotCall = call.Stop == StopCalls.Organisation,
            };
        }

        // that phone may still be ringing (P29): nobody is rung again before it must have stopped
        var ring = call.Context.Terms.Channel.LongestRinging;
        var rest = TimeSpan.FromTicks(Math.Max(ring.Ticks, call.Context.Pause.Ticks));
        var waiting = call.Uncounted() with
        {
            NotBefore = call.At + rest,
            Lane = AtLane(call.Row),
            Flags = call.Row.Flags | JobFlags.LastUnknown,
        };
        // the opt-out was stored while the call was up: it holds whatever became of the call (P59)
        return call.Stop == StopCalls.None
            ? call.Wait(waiting, StepRules.Unknown, counted: false)
            : call.Finish(waiting, Expired(waiting), StepRules.StopCalls, EndReason.StopCalls) with { DoNotCall = call.Stop == StopCalls.Organisation };
    }
}
