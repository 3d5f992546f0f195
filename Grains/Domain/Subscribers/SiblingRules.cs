using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>
/// The streak and the attempts to a phone are facts of (campaign, phone): written to all its rows in one commit, and the
/// streak's backoff holds all its jobs (P8).
/// </summary>
internal static class SiblingRules
{
    public static IReadOnlyList<JobRow> Follow(SubscriberContext context, JobRow after)
    {
        if (context.Siblings.Count == 0)
        {
            return [];
        }

        return Changed(context.Siblings, s => Follow(s, context, after));
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

    private static JobRow Follow(JobRow sibling, SubscriberContext context, JobRow after)
    {
        var shared = sibling with { ErrorStreak = after.ErrorStreak, AttemptsToPhone = after.AttemptsToPhone };
        if (after.Status == JobStatus.Backoff)
        {
            var isDueLater = sibling.Status == JobStatus.Waiting && context.DueAt(sibling) > after.NotBefore;
            return isDueLater ? shared : shared with
            {
                Status = JobStatus.Backoff,
                NotBefore = after.NotBefore,
                Lane = SubscriberMachine.AtLane(sibling),
            };
        }

        // the streak is over: what it held waits again, after the same pause as the job that was dialed
        return sibling.Status != JobStatus.Backoff || after.ErrorStreak > 0 ? shared : shared with
        {
            Status = JobStatus.Waiting,
            NotBefore = context.Row.ErrorStreak > 0 && after.Status == JobStatus.Waiting ? context.DueAt(after) : sibling.NotBefore,
            Lane = SubscriberMachine.AtLane(sibling),
        };
    }
}
