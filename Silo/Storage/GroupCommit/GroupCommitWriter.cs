using System.Threading.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Common;
using Dialer.Grains.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>Commits one batch: reads and locks the rows it stands on, plans, writes. Throws when the commit is in doubt.</summary>
internal interface IBatchEngine
{
    /// <summary>How many batches may be under way at once: while one commits, the next is made.</summary>
    int Lanes { get; }

    Task CommitAsync(IReadOnlyList<WriteOp> batch);
}

/// <summary>
/// All subscriber writes of a silo pass one bounded queue; a loop (PostgreSQL: two) takes what is there, commits it as one
/// transaction and answers all callers. No timer: while a commit runs the next group gathers. A full queue is back-pressure.
/// </summary>
internal sealed partial class GroupCommitWriter : IAsyncDisposable
{
    public const int MaxBatch = 1000;
    public const int QueueLength = 10_000;

    private readonly Channel<WriteOp> queue = Channel.CreateBounded<WriteOp>(new BoundedChannelOptions(QueueLength));
    private readonly IBatchEngine engine;
    private readonly StorageWatch watch;
    private readonly ILogger logger;
    private readonly Task loops;
    private long batches;
    private long writes;

    private readonly FinalJobFeed feed;

    public GroupCommitWriter(IBatchEngine engine, FinalJobFeed feed, StorageWatch watch, ILogger logger)
    {
        this.watch = watch;
        this.feed = feed;
        this.engine = engine;
        this.logger = logger;
        loops = Task.WhenAll(Enumerable.Range(0, engine.Lanes).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>Rows committed since the start; for figures.</summary>
    public long Batches => Volatile.Read(ref batches);

    public long Writes => Volatile.Read(ref writes);

    public async ValueTask<IntentAnswer> WriteAsync(IntentWrite intent)
    {
        var op = new IntentOp(intent);
        await queue.Writer.WriteAsync(op);
        return await op.Task;
    }

    public async ValueTask<bool> WriteAsync(SubscriberStep step, byte[]? leg)
    {
        var op = new StepOp(step, leg);
        await queue.Writer.WriteAsync(op);
        return await op.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loops;
    }

    private async Task RunAsync()
    {
        var batch = new List<WriteOp>(MaxBatch);
        var keys = new BatchKeys();
        // held back because a row or phone of theirs is in the batch being made: each key once per batch
        var heldBack = new List<WriteOp>();
        while (heldBack.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            Gather(batch, heldBack, keys);
            if (batch.Count == 0)
            {
                continue;
            }

            await CommitAsync(batch);
            batch.Clear();
            keys.Clear();
        }
    }

    private void Gather(List<WriteOp> batch, List<WriteOp> heldBack, BatchKeys keys)
    {
        heldBack.RemoveAll(op =>
        {
            var isTaken = batch.Count < MaxBatch && keys.TryTake(op);
            if (isTaken)
            {
                batch.Add(op);
            }

            return isTaken;
        });
        while (batch.Count < MaxBatch && heldBack.Count < MaxBatch && queue.Reader.TryRead(out var op))
        {
            if (keys.TryTake(op))
            {
                batch.Add(op);
            }
            else
            {
                heldBack.Add(op);
            }
        }
    }

    private async Task CommitAsync(List<WriteOp> batch)
    {
        try
        {
            await engine.CommitAsync(batch);
            Interlocked.Increment(ref batches);
            Interlocked.Add(ref writes, batch.Count);
            feed.Committed(batch);
            watch.Succeeded();
        }
        catch (BatchRefusedException e) when (batch.Count > 1)
        {
            // certainly nothing was written: one of them cannot be stored at all, and must not take its neighbours with it
            LogRefused(batch.Count, e);
            foreach (var op in batch)
            {
                await CommitAsync([op]);
            }

            return;
        }
        catch (Exception e)
        {
            LogCommitInDoubt(batch.Count, e);
            watch.Failed();
            var cause = new StoreUnavailableException("The database did not confirm the write.", e);
            batch.ForEach(op => op.Fail(cause));
            return;
        }

        foreach (var op in batch)
        {
            switch (op)
            {
                case IntentOp intent: intent.Complete(); break;
                case StepOp step: step.Complete(); break;
                default: throw new InvalidOperationException("unknown write");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refused a group of {Count} writes; they are written one by one")]
    private partial void LogRefused(int count, Exception cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "A group of {Count} writes was not confirmed by the database")]
    private partial void LogCommitInDoubt(int count, Exception cause);

    /// <summary>Keys of the batch being made. A write that shares one with it waits for the next: order per key is kept.</summary>
    private sealed class BatchKeys
    {
        private readonly HashSet<long> jobs = [];
        private readonly HashSet<long> phones = [];

        public bool TryTake(WriteOp op)
        {
            if ((op.Phone != 0 && phones.Contains(op.Phone)) || op.Rows.Any(r => jobs.Contains(r.Id.Value)))
            {
                return false;
            }

            if (op.Phone != 0)
            {
                phones.Add(op.Phone);
            }

            foreach (var row in op.Rows)
            {
                jobs.Add(row.Id.Value);
            }

            return true;
        }

        public void Clear()
        {
            jobs.Clear();
            phones.Clear();
        }
    }
}
