using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>Fed by the writer after each commit; costs nothing while nobody listens.</summary>
internal sealed class FinalJobFeed : IFinalJobFeed
{
    private volatile Action<CampaignId, JobId>[] listeners = [];

    public IDisposable Subscribe(Action<CampaignId, JobId> onFinal)
    {
        lock (this)
        {
            listeners = [.. listeners, onFinal];
        }

        return new Subscription(this, onFinal);
    }

    public void Committed(IEnumerable<WriteOp> batch)
    {
        var current = listeners;
        if (current.Length == 0)
        {
            return;
        }

        foreach (var row in batch.OfType<StepOp>().Where(s => s.IsStored).SelectMany(s => s.Rows).Where(r => r.Status == JobStatus.Final))
        {
            foreach (var listener in current)
            {
                listener(row.Campaign, row.Id);
            }
        }
    }

    private sealed class Subscription(FinalJobFeed feed, Action<CampaignId, JobId> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (feed)
            {
                feed.listeners = [.. feed.listeners.Where(l => l != listener)];
            }
        }
    }
}
