using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>
/// The streak and the attempts to a phone are facts of (campaign, phone): written to all its rows in one commit, and the
/// streak's backoff holds all its jobs (P8).
/// </summary>
internal static class SiblingRules
{
    /// <param name="context">The live row, its siblings and their conditions.</param>
    /// <param name="after">The row as it shall be.</param>
    /// <param name="hold">Until when a technical error holds the phone; none if it does not.</param>
    public static IReadOnlyList<JobRow> Follow(SubscriberContext context, JobRow after, UnixTime hold) =>
        context.Others.Count == 0 ? [] : Changed([.. context.Siblings], s => Follow(s, context, after, hold));

    /// <summary>
    /// The row with the streak and attempts of its phone. A job that was added after them, or whose siblings are final by now,
    /// has a row that does not know of them: the row that was tried last does.
    /// </summary>
    public static JobRow Shared(SubscriberContext context) => LastTried(context) is { } last
        ? context.Row with { ErrorStreak = last.ErrorStreak, AttemptsToPhone = last.AttemptsToPhone }
        : context.Row;

    /// <summary>Another job of the phone was tried since: a late result of this one says nothing of the streak any more.</summary>
    public static bool IsOvertaken(SubscriberContext context) => LastTried(context) is not null;

    /// <summary>
    /// When a try begins: after every other one of the phone, also where the silo that began that has a clock that is ahead.
    /// </summary>
    public static UnixTime StartOf(SubscriberContext context, UnixTime now) =>
        LastTried(context) is { } last ? UnixTime.Max(now, last.TryStartedAt + TimeSpan.FromMilliseconds(1)) : now;

    /// <summary>Until when an error of another job holds this one (P8); none if nothing does.</summary>
    public static UnixTime HoldOf(SubscriberContext context)
    {
        var hold = LastTried(context) switch
        {
            { Status: JobStatus.Final, ErrorStreak: > 0, NotBefore.IsNone: false } failed => HoldOfFinal(context, failed),
            { Status: JobStatus.Final, NotBefore.IsNone: false } final => context.DueAt(final),
            // the ninth error: the pause in force counts, also for who was not there
            { } spent when SubscriberMachine.IsInErrorPause(spent) => context.DueAt(spent),
            { Status: JobStatus.Waiting, ErrorStreak: > 0 } waiting when waiting.ErrorStreak != context.Row.ErrorStreak => UnixTime.Min(waiting.NotBefore, LatestHold(context, waiting)),
            _ => UnixTime.None,
        };
        foreach (var sibling in context.Others)
        {
            hold = sibling.Status == JobStatus.Backoff ? UnixTime.Max(hold, sibling.NotBefore) : hold;
        }

        return hold;
    }

    /// <summary>It kept its backoff, or the instant of a redial that was asked for longer ahead: of that, rows that were there then need not know.</summary>
    private static UnixTime HoldOfFinal(SubscriberContext context, JobRow final)
    {
        var latest = LatestHold(context, final);
        return final.NotBefore > latest && final.ErrorStreak == context.Row.ErrorStreak ? UnixTime.None : UnixTime.Min(final.NotBefore, latest);
    }

    /// <summary>
    /// The row woke up, or waits for a redial that was asked for longer ahead: its error ended somewhere within its ringing. Rows
    /// that were there then were told of the hold itself.
    /// </summary>
    private static UnixTime LatestHold(SubscriberContext context, JobRow row) =>
        row.TryStartedAt + context.Terms.Channel.LongestRinging + ErrorBackoff.After(row.ErrorStreak);

    /// <summary>The other row that was tried last, if it was tried after this one.</summary>
    private static JobRow? LastTried(SubscriberContext context)
    {
        var last = context.Row;
        foreach (var other in context.Others)
        {
            last = other.TryStartedAt > last.TryStartedAt ? other : last;
        }

        return last.Id == context.Row.Id ? null : last;
    }

    /// <summary>
    /// The streak that a put-back try belonged to is over for all: nothing holds them any more (P12). Where another job was tried
    /// since, the streak and its hold are that one's, and only the attempt is given back.
    /// </summary>
    public static IReadOnlyList<JobRow> PutBack(SubscriberContext context, JobRow after, int spent)
    {
        var isOvertaken = IsOvertaken(context);
        return Changed(context.Others, s => s with
        {
            Status = s.Status == JobStatus.Final || isOvertaken ? s.Status : JobStatus.Waiting,
            NotBefore = isOvertaken ? s.NotBefore
                : s.Status == JobStatus.Backoff ? after.NotBefore
                : s.Status == JobStatus.Final ? UnixTime.None
                : s.NotBefore,
            ErrorStreak = isOvertaken ? s.ErrorStreak : after.ErrorStreak,
            AttemptsToPhone = isOvertaken ? (short)Math.Max(0, s.AttemptsToPhone - spent) : after.AttemptsToPhone,
        });
    }

    private static IReadOnlyList<JobRow> Changed(IReadOnlyList<JobRow> others, Func<JobRow, JobRow> follow)
    {
        return [.. others
            .Where(s => s.Status != JobStatus.Live)
            .Select(s => (Before: s, After: follow(s)))
            .Where(pair => pair.Before != pair.After)
            .Select(pair => SubscriberMachine.Next(pair.Before) with
            {
                Status = pair.After.Status,
                Lane = pair.After.Lane,
                NotBefore = pair.After.NotBefore,
                ErrorStreak = pair.After.ErrorStreak,
                AttemptsToPhone = pair.After.AttemptsToPhone,
            })];
    }

    public static CampaignCounters Delta(IReadOnlyList<JobRow> before, IReadOnlyList<JobRow> after)
    {
        var delta = default(CampaignCounters);
        foreach (var row in after)
        {
            delta += CounterDelta.Between(before.First(b => b.Id == row.Id), row);
        }

        return delta;
    }

    private static JobRow Follow(JobRow sibling, SubscriberContext context, JobRow after, UnixTime hold)
    {
        var shared = sibling with { ErrorStreak = after.ErrorStreak, AttemptsToPhone = after.AttemptsToPhone };
        if (hold > context.DueAt(sibling))
        {
            return shared with
            {
                Status = after.ErrorStreak > 0 ? JobStatus.Backoff : JobStatus.Waiting,
                NotBefore = hold,
                Lane = SubscriberMachine.AtLane(sibling),
            };
        }

        // the streak is over: what it held waits again
        return sibling.Status == JobStatus.Backoff && after.ErrorStreak == 0 ? shared with { Status = JobStatus.Waiting } : shared;
    }
}
