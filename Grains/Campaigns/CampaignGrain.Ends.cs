using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Grains.Campaigns;

/// <summary>Jobs that end without another call: too many attempts by a lowered limit, their finish instant, the campaign's own end.</summary>
internal sealed partial class CampaignGrain
{
    private readonly List<PermitFreed> freedMeanwhile = [];
    private bool isLowered;
    private bool isEndingPassed;

    /// <summary>An edit lowered the attempts: jobs that made as many end with their last outcome (P14), in chunks, beside everything else.</summary>
    private void EndLowered()
    {
        if (isLowered && row!.Status == CampaignStatus.Running)
        {
            isLowered = false;
            EndLoweredAsync().Ignore();
        }
    }

    private async Task EndLoweredAsync()
    {
        const int limit = 200;
        try
        {
            var after = new JobId(0);
            IReadOnlyList<JobRow> rows;
            do
            {
                rows = await store.ReadWaitingWithAttemptsAsync(Id, row!.Settings.Attempts.Initial, after, limit);
                await EndWithoutCallAsync(rows);
                after = rows.Count == 0 ? after : rows[^1].Id;
            }
            while (rows.Count == limit && !isLeaving && row.Status == CampaignStatus.Running);
        }
        catch (Exception e)
        {
            // what is left ends when it is due
            LogFailed(Id, "ending jobs whose attempts were lowered", e);
        }
    }

    /// <summary>Jobs whose finish instant has passed end then (P20), whatever window or pause they wait for: in chunks, beside everything else.</summary>
    private void EndPassed()
    {
        if (!isEndingPassed)
        {
            isEndingPassed = true;
            EndPassedAsync().Ignore();
        }
    }

    private async Task EndPassedAsync()
    {
        const int limit = 200;
        try
        {
            var last = default(JobId);
            IReadOnlyList<JobRow> rows;
            do
            {
                rows = await store.ReadPassedAsync(Id, clock.Now(), limit);
                if (rows.Count > 0 && rows[^1].Id == last)
                {
                    // these cannot be ended at the moment
                    break;
                }

                last = rows.Count > 0 ? rows[^1].Id : default;
                await EndWithoutCallAsync(rows);
            }
            while (rows.Count == limit && !isLeaving && row!.Status is CampaignStatus.Running or CampaignStatus.Paused);
        }
        catch (Exception e)
        {
            LogFailed(Id, "ending jobs whose finish instant has passed", e);
        }
        finally
        {
            isEndingPassed = false;
        }
    }

    /// <summary>A call that was up when the campaign was finished reached nobody: its job is not tried again, and ends (P11).</summary>
    private void EndIfOver(PermitFreed freed)
    {
        if (freed.Status is not (JobStatus.Waiting or JobStatus.Backoff))
        {
            return;
        }

        if (isEntering)
        {
            // the finish may be on its way
            freedMeanwhile.Add(freed);
        }
        else if (row?.Status is CampaignStatus.Finished or CampaignStatus.Deleted && freed.EndedAt > row.FinishedAt)
        {
            EndOverAsync(freed.Try.Job).Ignore();
        }
    }

    private void EndMeanwhile()
    {
        var freed = freedMeanwhile.ToList();
        freedMeanwhile.Clear();
        freed.ForEach(EndIfOver);
    }

    private async Task EndOverAsync(JobId job)
    {
        try
        {
            var phone = await store.ReadPhoneAsync(job);
            await EndWithoutCallAsync([new JobRow { Id = job, Campaign = Id, Phone = phone, Lane = default }]);
        }
        catch (Exception e)
        {
            // reports read it as ended anyway
            LogFailed(Id, "ending a job of a finished campaign", e);
        }
    }

    private Task EndWithoutCallAsync(IEnumerable<JobRow> rows) =>
        Task.WhenAll(rows.Select(job => GrainFactory.GetGrain<ISubscriberGrain>(SubscriberKey.Of(Id, job.Phone)).ExpireAsync(job)));
}
