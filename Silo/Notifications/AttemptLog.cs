using System.Threading.Channels;
using Dialer.Silo.Storage.Webhooks;
using Dialer.Webhooks;

namespace Dialer.Silo.Notifications;

/// <summary>
/// Results of attempts on their way to the store: what has come meanwhile is one commit, so that a fast receiver costs the writes of
/// calls little. No timer.
/// </summary>
internal sealed class AttemptLog(DeliveryStore store)
{
    private const int MaxBatch = 200;

    private readonly Channel<(WebhookDelivery Delivery, TaskCompletionSource Done)> queue =
        Channel.CreateBounded<(WebhookDelivery, TaskCompletionSource)>(new BoundedChannelOptions(MaxBatch) { SingleReader = true });

    /// <summary>Returns when it is on disk.</summary>
    public async Task WriteAsync(WebhookDelivery delivery, CancellationToken cancel)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync((delivery, done), cancel);
        await done.Task;
    }

    /// <summary>Writes until nothing comes any more.</summary>
    public async Task RunAsync()
    {
        var batch = new List<(WebhookDelivery Delivery, TaskCompletionSource Done)>(MaxBatch);
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var item))
            {
                batch.Add(item);
            }

            try
            {
                await store.RecordAsync([.. batch.Select(b => b.Delivery)]);
                batch.ForEach(b => b.Done.TrySetResult());
            }
            catch (Exception e)
            {
                // not known whether it is written: who sent it reads the rows again
                batch.ForEach(b => b.Done.TrySetException(e));
            }

            batch.Clear();
        }
    }

    public void Complete() => queue.Writer.TryComplete();
}
