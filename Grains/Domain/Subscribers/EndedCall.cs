using Dialer.Bots;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>One ended try while its consequences are decided: small steps that the machine's cases are written in.</summary>
internal sealed class EndedCall(SubscriberContext context, CallEnded ended, UnixTime plannedAt, bool isOvertaken = false)
{
    public SubscriberContext Context => context;

    /// <summary>The live row; its intent brought it the phone's streak and attempts.</summary>
    public JobRow Row => context.Row;

    public UnixTime At => ended.At;

    public BotReply? Bot => ended.Bot;

    /// <summary>The trunk has no funds (P46): nobody's error.</summary>
    public bool IsNoFunds => ended.IsNoFunds;

    public StopCalls Stop => Bot?.StopCalls ?? StopCalls.None;

    /// <summary>An answered call is never a technical error (P8, P41): a stored or told answer outweighs the driver's class.</summary>
    public CallClass Class => AnsweredAt.IsNone || ended.Class is CallClass.BotFailed or CallClass.Unknown ? ended.Class : CallClass.Answered;

    public UnixTime AnsweredAt => ended.AnsweredAt.IsNone ? Row.AnsweredAt : ended.AnsweredAt;

    /// <summary>The campaign takes no more calls: nothing follows this one (P11).</summary>
    public bool IsOver => context.Terms.Status is CampaignStatus.Finished or CampaignStatus.Deleted;

    private EndReason CancelReason => Row.EndReason == EndReason.None ? EndReason.Cancelled : Row.EndReason;

    public JobResult ReachedResult => string.IsNullOrEmpty(Bot?.CallResult) ? JobResult.Reached : JobResult.ReachedWithResult;

    /// <summary>Strictly shorter than P7, in milliseconds from the callee's answer to the first BYE.</summary>
    public bool IsShort => At - AnsweredAt < TimeSpan.FromSeconds(context.Terms.Settings.Attempts.RedialIfShorterThanSeconds);

    /// <summary>The row after a try that counted: an attempt spent, the streak broken.</summary>
    public JobRow Counted() => Uncounted() with
    {
        Attempts = (short)(Row.Attempts + 1),
        AttemptsTotal = (short)(Row.AttemptsTotal + 1),
        AttemptsToPhone = (short)(Row.AttemptsToPhone + 1),
        ErrorStreak = isOvertaken ? Row.ErrorStreak : (byte)0,
    };

    /// <summary>The row's flags once what the bot said is in the record.</summary>
    public JobFlags Flags => Row.Flags & ~JobFlags.BotSpoke;

    /// <summary>The row waiting again as it was, nothing spent.</summary>
    public JobRow Uncounted() => SubscriberMachine.Next(Row) with
    {
        Flags = Flags,
        Status = JobStatus.Waiting,
        AnsweredAt = UnixTime.None,
        Silo = 0,
    };

    /// <summary>
    /// The row waiting a moment, nothing spent: while a channel comes and goes, each of its trials is to be another number's, and nobody
    /// is rung again at once (P42).
    /// </summary>
    public JobRow Rested(TimeSpan rest) => Uncounted() with { NotBefore = At + rest, Lane = SubscriberMachine.AtLane(Row) };

    /// <summary>The row waiting for its pause from now on, nothing spent.</summary>
    public JobRow Back(UnixTime end) => Uncounted() with { NotBefore = end, Lane = SubscriberMachine.PauseLane(Row) };

    /// <summary>The next attempt after the pause, if one is left; else the job's end with its last outcome.</summary>
    public SubscriberStep RetryOrFinish(JobRow placed, string rule) => context.HasAttemptsLeft(placed)
        ? Wait(placed with { Lane = SubscriberMachine.PauseLane(Row), NotBefore = At }, rule, counted: true)
        : Finish(placed, SubscriberMachine.LastOutcome(placed), StepRules.AttemptsUsed);

    /// <summary>The same, but not before <paramref name="due"/>, whatever becomes of the pause meanwhile.</summary>
    public SubscriberStep RetryOrFinish(JobRow placed, string rule, UnixTime due) => context.HasAttemptsLeft(placed)
        ? Wait(placed with { Lane = SubscriberMachine.AtLane(Row), NotBefore = due }, rule, counted: true)
        : Finish(placed, SubscriberMachine.LastOutcome(placed), StepRules.AttemptsUsed);

    /// <summary>The row waits: unless it was cancelled meanwhile, or no window is left for it.</summary>
    public SubscriberStep Wait(JobRow waiting, string rule, bool counted)
    {
        if (Row.Has(JobFlags.CancelRequested))
        {
            return Finish(waiting, JobResult.Cancelled, StepRules.Cancelled, EndReason.Cancelled);
        }

        if (IsOver)
        {
            return Finish(waiting, SubscriberMachine.Expired(waiting), StepRules.CampaignFinished, EndReason.CampaignFinished);
        }

        var due = waiting.Status == JobStatus.Backoff ? waiting.NotBefore : context.DueAt(waiting);
        var next = context.Openings(waiting).NextOpen(UnixTime.Max(due, At));
        return next.IsNever
            ? Finish(waiting, SubscriberMachine.Expired(waiting), StepRules.Expired, EndReason.Expired)
            : Close(waiting, rule, counted, next);
    }

    public SubscriberStep Finish(JobRow row, JobResult result, string rule, EndReason reason = EndReason.None)
    {
        // who opted out in this call entered do-not-call by it: the job ends for that, not for the entry (P59)
        var cancelled = Row.Has(JobFlags.CancelRequested)
            && !(Stop != StopCalls.None && Row.EndReason is EndReason.DoNotCall or EndReason.StopCalls)
            && result is not (JobResult.Reached or JobResult.ReachedWithResult or JobResult.Unknown);
        var final = SubscriberMachine.Finished(
            row,
            !cancelled ? result : Row.EndReason == EndReason.StopCalls ? SubscriberMachine.Expired(row) : SubscriberMachine.CancelledResult(Row.EndReason),
            cancelled ? CancelReason : reason,
            At) with
        { Version = row.Version };
        return Close(final, cancelled ? StepRules.Cancelled : rule, row.Attempts > Row.Attempts, UnixTime.None);
    }

    /// <summary>The try never left (late token, driver's refusal): the row is where it was, the number of the try is used up.</summary>
    public SubscriberStep NotPlaced() => Row.Has(JobFlags.CancelRequested)
        ? Finish(Uncounted(), JobResult.Cancelled, StepRules.Cancelled, EndReason.Cancelled)
        : Close(Uncounted(), StepRules.NotPlaced, counted: false, context.DueAt(Uncounted()));

    public SubscriberStep RedialOr(JobRow placed, Func<SubscriberStep> otherwise)
    {
        return Redialled(placed, StepRules.Redial) ?? WithoutRedial(otherwise());
    }

    /// <summary>A redial that was asked for and does not come is said so (P5, P26).</summary>
    public SubscriberStep WithoutRedial(SubscriberStep step)
    {
        if (Bot?.Redial is not { } redial)
        {
            return step;
        }

        var why = RedialRules.WhyDropped(context, Row with { AttemptsTotal = step.Row.AttemptsTotal }, Class, Stop) ?? "maximum of attempts";
        var wanted = RedialRules.AttemptsOf(RedialRules.LaneOf(redial, context).Policy, context.Terms.Settings);
        return step with
        {
            Counters = step.Counters + new CampaignCounters { RedialsDropped = 1 },
            Notes = [.. step.Notes, new JobNote(Row.Id, Row.Campaign, At, JobNote.RedialDropped, why)],
            Try = step.Try! with { Redial = new RedialFate(wanted, 0, why, RedialRules.MarkOf(redial)) },
        };
    }

    /// <summary>The new series that the bot asked for (P26); null when it asked for none or nothing is left of the maximum.</summary>
    public SubscriberStep? Redialled(JobRow row, string rule)
    {
        var left = context.JobLimit - row.AttemptsTotal;
        if (Bot?.Redial is not { } redial || RedialRules.WhyDropped(context, Row with { AttemptsTotal = row.AttemptsTotal }, Class, Stop) is not null)
        {
            return null;
        }

        var lane = RedialRules.LaneOf(redial, context);
        var wanted = RedialRules.AttemptsOf(lane.Policy, context.Terms.Settings);
        var due = RedialRules.DueAt(redial, lane.Policy, context, At);
        var isHeld = row.Status == JobStatus.Backoff && row.NotBefore >= due;
        var opened = row with
        {
            Status = isHeld ? JobStatus.Backoff : JobStatus.Waiting,
            Series = (short)(row.Series + 1),
            Attempts = 0,
            NotBefore = isHeld ? row.NotBefore : due,
            NotAfter = redial.NotAfter.IsNone ? row.NotAfter : redial.NotAfter,
            Result = JobResult.None,
        };
        var step = Close(opened, rule, row.Attempts > Row.Attempts, opened.NotBefore) with
        {
            RedialLane = lane,
            ClosedSeries = RedialRules.Closed(row, Class, IsShort, ReachedResult, At),
        };
        var cut = wanted <= left ? null : $"{left} of {wanted} attempts";
        step = step with { Try = step.Try! with { Redial = new RedialFate(wanted, Math.Min(wanted, left), cut, RedialRules.MarkOf(redial)) } };
        return cut is null ? step : step with
        {
            Counters = step.Counters + new CampaignCounters { RedialsDropped = 1 },
            Notes = [new JobNote(Row.Id, Row.Campaign, At, JobNote.RedialCut, cut)],
        };
    }

    private SubscriberStep Close(JobRow after, string rule, bool counted, UnixTime next)
    {
        var hold = HoldOfPhone(after, counted);
        if (after.Status == JobStatus.Final)
        {
            // what it leaves behind to jobs of the phone that are added later
            after = after with { NotBefore = hold };
        }

        var siblings = SiblingRules.Follow(context, after, hold);
        var isTechnical = Class == CallClass.Technical;
        // of an answered call whose end nobody saw no talk time is claimed
        var talk = counted && !AnsweredAt.IsNone && Class != CallClass.Unknown ? At - AnsweredAt : TimeSpan.Zero;
        return new SubscriberStep
        {
            Row = after,
            Siblings = siblings,
            ForgetsSaid = Row.Has(JobFlags.BotSpoke) && !after.Has(JobFlags.BotSpoke),
            Try = Record(after, rule, counted, next),
            Release = new PhoneRelease(
                Row.Phone, Row.Try, At, Class == CallClass.NotPlaced || (isTechnical && !ended.HasRung), Row.TryStartedAt),
            RemindAt = after.Status == JobStatus.Backoff || siblings.Any(s => s.Status == JobStatus.Backoff) ? hold : UnixTime.None,
            Counters = CounterDelta.Between(Row, after)
                + SiblingRules.Delta(context.Others, siblings)
                + new CampaignCounters
                {
                    Tries = Class == CallClass.NotPlaced ? 0 : 1,
                    TechnicalFailures = isTechnical ? 1 : 0,
                    AnsweredCalls = Class is CallClass.Answered or CallClass.BotFailed ? 1 : 0,
                    BusyCalls = Class == CallClass.Busy ? 1 : 0,
                    RejectedCalls = Class == CallClass.Rejected ? 1 : 0,
                    NoAnswerCalls = Class is CallClass.NoAnswer or CallClass.Unreachable ? 1 : 0,
                    TalkMs = talk.Ticks / TimeSpan.TicksPerMillisecond,
                    SpeechSeconds = Math.Max(0, SpeechSeconds),
                    BilledSeconds = context.Terms.Channel.Billing.Bill(talk),
                },
        };
    }

    /// <summary>Until when this error holds all jobs of the phone (P8): its backoff, after the ninth the pause; none if it was no error.</summary>
    private UnixTime HoldOfPhone(JobRow after, bool counted) =>
        Class != CallClass.Technical ? UnixTime.None
        : after.ErrorStreak > Row.ErrorStreak ? At + ErrorBackoff.After(after.ErrorStreak)
        : counted ? At + context.Pause
        : UnixTime.None;

    /// <summary>Speech that the bot used (P46): what it reported, else the talk with a bot; −1 = there was none.</summary>
    private int SpeechSeconds => Bot is { SpeechSeconds: >= 0 } told ? told.SpeechSeconds
        : Class == CallClass.Answered && !AnsweredAt.IsNone && !context.Terms.Scenario.IsNone ? (int)Math.Ceiling((At - AnsweredAt).TotalSeconds)
        : -1;

    private TryRecord Record(JobRow after, string rule, bool counted, UnixTime next) => new()
    {
        Try = Row.Try,
        Campaign = Row.Campaign,
        Series = Row.Series,
        AttemptNumber = (short)(counted ? Row.Attempts + 1 : 0),
        PlannedAt = plannedAt,
        StartedAt = Row.TryStartedAt,
        AnsweredAt = AnsweredAt,
        // of an answered call whose end nobody saw no talk time is claimed
        EndedAt = Class == CallClass.Unknown && !AnsweredAt.IsNone ? AnsweredAt : At,
        Class = Class,
        Fault = ended.Fault,
        EndedBy = ended.By,
        Cause = ended.Cause,
        Rule = rule,
        NextAt = next,
        CallResult = Bot?.CallResult,
        AnsweredBy = Bot?.AnsweredBy ?? AnsweredBy.Unknown,
        SpeechSeconds = SpeechSeconds,
        ReportDataJson = Bot?.ReportDataJson,
        JobStatus = after.Status,
        JobResult = after.Result,
        CallResultPayload = Bot?.CallResultPayload,
        CallTagsJson = Bot?.CallTagsJson,
    };
}
