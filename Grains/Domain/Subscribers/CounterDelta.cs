using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>What a change of a job's row adds to its campaign's counters (P18): written in the same commit.</summary>
public static class CounterDelta
{
    /// <param name="before">The row as it was; null for a new job.</param>
    /// <param name="after">The row as it will be; null for one that is taken away.</param>
    public static CampaignCounters Between(JobRow? before, JobRow? after) => Of(after, 1) + Of(before, -1);

    private static CampaignCounters Of(JobRow? row, int sign)
    {
        if (row is null)
        {
            return default;
        }

        var isFinal = row.Status == JobStatus.Final;
        return new CampaignCounters
        {
            Waiting = row.Status == JobStatus.Waiting ? sign : 0,
            Live = row.Status == JobStatus.Live ? sign : 0,
            Backoff = row.Status == JobStatus.Backoff ? sign : 0,
            Final = isFinal ? sign : 0,
            WaitingForRetry = row.TryNumber > 0 && row.Status is JobStatus.Waiting or JobStatus.Backoff ? sign : 0,
            WaitingAttempted = row.AttemptsTotal > 0 && row.Status is JobStatus.Waiting or JobStatus.Backoff ? sign : 0,
            Answered = isFinal && row.Result is JobResult.Reached or JobResult.ReachedWithResult ? sign : 0,
            NotAnswered = isFinal && row.Result is JobResult.NoAnswer or JobResult.AnsweredShort or JobResult.BotFailed ? sign : 0,
            Nonexistent = isFinal && row.Result == JobResult.Nonexistent ? sign : 0,
            TechnicalError = isFinal && row.Result == JobResult.TechnicalError ? sign : 0,
            NotDone = isFinal && row.Result == JobResult.NotDone ? sign : 0,
            Cancelled = isFinal && row.Result == JobResult.Cancelled ? sign : 0,
            Unknown = isFinal && row.Result == JobResult.Unknown ? sign : 0,
            RejectedAtLoad = isFinal && IsRejected(row) ? sign : 0,
            Attempts = sign * row.AttemptsTotal,
            RetryAttempts = sign * Math.Max(0, row.AttemptsTotal - 1),
        };
    }

    /// <summary>A row of the list that was refused as it was, before any try (P39, P4).</summary>
    private static bool IsRejected(JobRow row) =>
        row is { TryNumber: 0, EndReason: EndReason.DestinationNotAllowed or EndReason.ZoneUnknown } && !row.Has(JobFlags.FromApi);
}
