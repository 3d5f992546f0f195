using Dialer.Bots;
using Dialer.Calls;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

public static partial class SubscriberMachine
{
    /// <summary>
    /// A bot speaks while its call is up: kept beside the row until the end, which decides (P26). An opt-out everywhere is entered at
    /// once (P59); the job itself ends with its call. The same again changes nothing.
    /// </summary>
    /// <param name="context">The live row and its conditions.</param>
    /// <param name="told">What the bot had said until now; null = nothing.</param>
    /// <param name="reply">What it says.</param>
    /// <param name="now">When.</param>
    public static BotDecision Said(SubscriberContext context, BotReply? told, BotReply reply, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(reply);
        Demand(context.Row.Status == JobStatus.Live, "a bot speaks in a live call");
        var all = BotReply.Merge(told, reply)!;
        var answer = new BotAnswer(true, null, reply.Redial is null ? null : Promised(context, told, reply.Redial, all.StopCalls));
        if (all == told || (told is null && reply.IsEmpty))
        {
            return new BotDecision(null, told, answer);
        }

        var optsOut = all.StopCalls == StopCalls.Organisation && told?.StopCalls != StopCalls.Organisation;
        var step = new SubscriberStep
        {
            Row = Next(context.Row) with { Flags = context.Row.Flags | JobFlags.BotSpoke },
            Said = all,
            DoNotCall = optsOut,
            OptOutAt = optsOut ? now : UnixTime.None,
        };
        return new BotDecision(step, all, answer);
    }

    /// <summary>
    /// A bot speaks after its call's end (P41): the record is rewritten with what it says; the first redial of the call opens a new
    /// series, as it would have at the end (P26, P18a); an opt-out ends the job (P59). The same again changes nothing.
    /// </summary>
    /// <param name="context">The job as it is now, and its conditions.</param>
    /// <param name="record">The try that is over: of this job, not necessarily its last.</param>
    /// <param name="kept">What is kept beside the row of a try whose end is not known, for when it is; null = nothing.</param>
    /// <param name="reply">What the bot says.</param>
    /// <param name="now">When.</param>
    public static BotDecision Amend(SubscriberContext context, TryRecord record, BotReply? kept, BotReply reply, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(reply);
        var amendment = new Amendment(context, record, reply, now);
        return new BotDecision(amendment.Decide(kept), null, amendment.Answer);
    }

    /// <summary>A fault of a bot, for the timeline (P41).</summary>
    public static SubscriberStep BotFault(JobRow row, string fault, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new SubscriberStep { Row = Next(row), IsNote = true, Notes = [new JobNote(row.Id, row.Campaign, now, JobNote.BotFault, fault)] };
    }

    /// <summary>How many attempts a redial would bring if the call ended now and counted.</summary>
    private static int Promised(SubscriberContext context, BotReply? told, Redial redial, StopCalls stop)
    {
        if (told?.Redial is { } first && RedialRules.MarkOf(first) != RedialRules.MarkOf(redial))
        {
            return 0;
        }

        var row = context.Row with { AttemptsTotal = (short)(context.Row.AttemptsTotal + 1) };
        var wanted = RedialRules.AttemptsOf(RedialRules.LaneOf(redial, context).Policy, context.Terms.Settings);
        return RedialRules.WhyDropped(context, row, CallClass.Answered, stop) is null ? Math.Min(wanted, context.JobLimit - row.AttemptsTotal) : 0;
    }
}
