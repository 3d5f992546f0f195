using Dialer.Bots;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>What a bot says after its call's end, while its consequences are decided (P26, P41, P59).</summary>
internal sealed class Amendment
{
    private readonly SubscriberContext context;
    private readonly TryRecord record;
    private readonly BotReply reply;
    private readonly UnixTime now;
    private readonly List<JobNote> notes = [];
    private JobRow after;
    private TryRecord amended;
    private CampaignCounters counters;
    private RedialLane? lane;
    private SeriesRecord? closed;
    private bool optsOut;
    private int? accepted;

    public Amendment(SubscriberContext context, TryRecord record, BotReply reply, UnixTime now)
    {
        this.context = context;
        this.record = record;
        this.reply = reply;
        this.now = now;
        after = context.Row;
        amended = record;
    }

    public BotAnswer Answer => new(true, null, accepted);

    private JobRow Row => context.Row;

    /// <summary>No later try of the job began.</summary>
    private bool IsLast => Row.Try == record.Try;

    private bool IsShort => record.Talk < TimeSpan.FromSeconds(context.Terms.Settings.Attempts.RedialIfShorterThanSeconds);

    private JobResult ReachedResult => string.IsNullOrEmpty(amended.CallResult) ? JobResult.Reached : JobResult.ReachedWithResult;

    private bool IsOptOut => reply.StopCalls != StopCalls.None;

    /// <summary>Null = nothing new was said.</summary>
    public SubscriberStep? Decide(BotReply? kept)
    {
        Tell();
        if (IsOptOut)
        {
            Stop();
        }

        if (reply.Redial is { } redial)
        {
            Ask(redial);
        }

        var said = Row.Has(JobFlags.LastUnknown) && IsLast ? BotReply.Merge(kept, reply) : null;
        if (said is not null && said != kept)
        {
            after = after with { Flags = after.Flags | JobFlags.BotSpoke };
        }
        else
        {
            said = null;
        }

        if (amended == record && after == Row && said is null && !optsOut)
        {
            return null;
        }

        after = after with { Version = Row.Version + 1 };
        return new SubscriberStep
        {
            Row = after,
            Try = amended,
            ReplacesTry = true,
            IsAmendment = true,
            Said = said,
            Notes = notes,
            RedialLane = lane,
            ClosedSeries = closed,
            DoNotCall = optsOut,
            RemindAt = after.Status == JobStatus.Backoff && Row.Status != JobStatus.Backoff ? after.NotBefore : UnixTime.None,
            Counters = counters + CounterDelta.Between(Row, after) + new CampaignCounters
            {
                SpeechSeconds = Math.Max(0, amended.SpeechSeconds) - Math.Max(0, record.SpeechSeconds),
            },
        };
    }

    /// <summary>Result, report columns, tags, who answered, speech: of this try, whatever came after it.</summary>
    private void Tell()
    {
        var before = new BotReply
        {
            CallResult = record.CallResult,
            CallResultPayload = record.CallResultPayload,
            AnsweredBy = record.AnsweredBy,
            SpeechSeconds = record.SpeechSeconds,
            ReportDataJson = record.ReportDataJson,
            CallTagsJson = record.CallTagsJson,
        };
        var told = BotReply.Merge(before, reply with { Redial = null, StopCalls = StopCalls.None })!;
        amended = record with
        {
            CallResult = told.CallResult,
            CallResultPayload = told.CallResultPayload,
            AnsweredBy = told.AnsweredBy,
            SpeechSeconds = told.SpeechSeconds,
            ReportDataJson = told.ReportDataJson,
            CallTagsJson = told.CallTagsJson,
        };
        if (amended.JobResult == JobResult.Reached)
        {
            amended = amended with { JobResult = ReachedResult };
        }

        if (IsLast && Row is { Status: JobStatus.Final, Result: JobResult.Reached })
        {
            after = after with { Result = ReachedResult };
        }

        if (record.Redial is { IsDropped: false } && record.CallResult is null && amended.CallResult is not null && record.AttemptNumber > 0)
        {
            // the series that its redial closed, once more: reached with a result
            closed = RedialRules.Closed(
                Row with { Series = record.Series, Attempts = record.AttemptNumber }, record.Class, IsShort, ReachedResult, record.EndedAt);
        }
    }

    /// <summary>The opt-out beats everything that was decided at the end, a redial too (P59).</summary>
    private void Stop()
    {
        optsOut = reply.StopCalls == StopCalls.Organisation;
        switch (after.Status)
        {
            case JobStatus.Live when !after.Has(JobFlags.CancelRequested):
                after = after with { Flags = after.Flags | JobFlags.CancelRequested, EndReason = EndReason.StopCalls };
                break;
            case JobStatus.Waiting or JobStatus.Backoff:
                var wasReached = record.Class is CallClass.Answered or CallClass.BotFailed;
                after = SubscriberMachine.Finished(after, wasReached ? ReachedResult : SubscriberMachine.Expired(after), EndReason.StopCalls, now);
                if (IsLast)
                {
                    amended = amended with { JobStatus = JobStatus.Final, JobResult = after.Result, Rule = StepRules.StopCalls, NextAt = UnixTime.None };
                }

                break;
            case JobStatus.Final when after.EndReason is not (EndReason.Cancelled or EndReason.DoNotCall or EndReason.Erased or EndReason.StopCalls):
                after = after with { EndReason = EndReason.StopCalls };
                break;
            default:
                break;
        }
    }

    /// <summary>Only the first redial of a call counts (P26); one that comes twice is one.</summary>
    private void Ask(Redial redial)
    {
        var mark = RedialRules.MarkOf(redial);
        if (record.Redial is { } first)
        {
            accepted = first.Mark == mark ? first.Accepted : 0;
            return;
        }

        lane = RedialRules.LaneOf(redial, context);
        var wanted = RedialRules.AttemptsOf(lane.Policy, context.Terms.Settings);
        if ((IsLast ? RedialRules.WhyDropped(context, after, record.Class, reply.StopCalls) : "a later call began") is { } why)
        {
            lane = null;
            Tell(new RedialFate(wanted, 0, why, mark), JobNote.RedialDropped, why);
            return;
        }

        var left = context.JobLimit - after.AttemptsTotal;
        closed = RedialRules.Closed(after, record.Class, IsShort, ReachedResult, record.EndedAt);
        Open(
            RedialRules.DueAt(redial, lane.Policy, context, record.EndedAt),
            redial.NotAfter.IsNone ? after.NotAfter : redial.NotAfter);
        if (wanted <= left)
        {
            accepted = wanted;
            amended = amended with { Redial = new RedialFate(wanted, wanted, null, mark) };
            return;
        }

        var cut = $"{left} of {wanted} attempts";
        Tell(new RedialFate(wanted, left, cut, mark), JobNote.RedialCut, cut);
    }

    private void Tell(RedialFate fate, string code, string detail)
    {
        accepted = fate.Accepted;
        amended = amended with { Redial = fate };
        counters += new CampaignCounters { RedialsDropped = 1 };
        notes.Add(new JobNote(Row.Id, Row.Campaign, now, code, detail));
    }

    /// <summary>
    /// The new series: in place of the retry that waits, or of the job's end. An error's backoff holds it still (P8); streak and attempts
    /// of the phone are those of its job that was tried last.
    /// </summary>
    private void Open(UnixTime due, UnixTime notAfter)
    {
        var isOvertaken = SiblingRules.IsOvertaken(context);
        var shared = SiblingRules.Shared(context with { Row = after });
        var isInBackoff = shared.Status == JobStatus.Backoff || (shared.Status == JobStatus.Final && shared.ErrorStreak > 0 && !isOvertaken);
        var isHeld = isInBackoff && shared.NotBefore >= due;
        after = shared with
        {
            Status = isHeld ? JobStatus.Backoff : JobStatus.Waiting,
            Series = (short)(after.Series + 1),
            Attempts = 0,
            NotBefore = isHeld ? shared.NotBefore : due,
            NotAfter = notAfter,
            Result = JobResult.None,
            EndReason = EndReason.None,
            FinishedAt = UnixTime.None,
            Silo = 0,
        };
        amended = amended with { JobStatus = after.Status, JobResult = JobResult.None, Rule = StepRules.Redial, NextAt = after.NotBefore };
    }
}
