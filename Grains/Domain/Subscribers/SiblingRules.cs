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
        context.Siblings.Count == 0 ? [] : Changed(context.Siblings, s => Follow(s, context, after, hold));

    /// <summary>
    /// The row with the streak and attempts of its phone: a job that was added after them has a row that does not know of them.
    /// </summary>
    public static JobRow Shared(SubscriberContext context)
    {
        var row = context.Row;
        foreach (var sibling in context.Siblings)
        {
            row = row with
            {
                ErrorStreak = Math.Max(row.ErrorStreak, sibling.ErrorStreak),
                AttemptsToPhone = Math.Max(row.AttemptsToPhone, sibling.AttemptsToPhone),
            };
        }

        return row;
    }

    /// <summary>The streak that a put-back try belonged to is over for all: nothing holds them any more (P12).</summary>
    public static IReadOnlyList<JobRow> PutBack(IReadOnlyList<JobRow> siblings, JobRow after) => Changed(siblings, s => s with
    {
        Status = JobStatus.Waiting,
        NotBefore = s.Status == JobStatus.Backoff ? after.NotBefore : s.NotBefore,
        ErrorStreak = after.ErrorStreak,
        AttemptsToPhone = after.AttemptsToPhone,
    });

    private static IReadOnlyList<JobRow> Changed(IReadOnlyList<JobRow> siblings, Func<JobRow, JobRow> follow)
    {
        return [.. siblings
            .Where(s => s.Status is JobStatus.Waiting or JobStatus.Backoff)
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
