using System.Runtime.CompilerServices;

namespace Dialer.Tests.Simulation;

/// <summary>
/// The one thread and the one clock of a world: events in order of their instant, then of their making. What belongs to a
/// process that is gone is dropped; what belongs to one that is frozen waits until it thaws.
/// </summary>
internal sealed class Schedule(UnixTime start)
{
    private readonly PriorityQueue<(Life? Owner, Action Act), (long At, long Order)> queue = new();
    private long order;

    public long NowMs { get; private set; } = start.Ms;

    public UnixTime Now => new(NowMs);

    /// <summary>Events that ran; the measure that bounds a world.</summary>
    public long Count { get; private set; }

    public void After(long ms, Life? owner, Action act) => queue.Enqueue((owner, act), (NowMs + Math.Max(0, ms), order++));

    public void After(TimeSpan wait, Life? owner, Action act) => After((long)wait.TotalMilliseconds, owner, act);

    /// <summary>Waits on behalf of a process: if that ends meanwhile, what follows never happens.</summary>
    public Hop Wait(Life? owner, long ms) => new(this, owner, ms);

    /// <summary>Runs the next event; false when there is none.</summary>
    public bool Step()
    {
        while (queue.TryDequeue(out var next, out var key))
        {
            NowMs = key.At;
            if (next.Owner is { IsOver: true })
            {
                continue;
            }

            if (next.Owner is { } owner && owner.FrozenUntilMs > NowMs)
            {
                queue.Enqueue(next, (owner.FrozenUntilMs, key.Order));
                continue;
            }

            Count++;
            next.Act();
            return true;
        }

        return false;
    }
}

/// <summary>A process, or a part of one that can end by itself: what it still had to do ends with it.</summary>
internal sealed class Life
{
    public bool IsOver { get; private set; }

    public long FrozenUntilMs { get; private set; }

    public void End() => IsOver = true;

    public void FreezeUntil(long ms) => FrozenUntilMs = Math.Max(FrozenUntilMs, ms);
}

/// <summary>An await that goes through the schedule: no thread, no synchronisation context, no task scheduler.</summary>
internal readonly struct Hop(Schedule schedule, Life? owner, long ms) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public Hop GetAwaiter() => this;

    public void GetResult()
    {
        // the instant has come; there is nothing to tell
    }

    public void OnCompleted(Action continuation) => schedule.After(ms, owner, continuation);

    public void UnsafeOnCompleted(Action continuation) => schedule.After(ms, owner, continuation);
}

/// <summary>One turn at a time, in order: what Orleans does for a grain that is not reentrant.</summary>
internal sealed class Turns
{
    private readonly Queue<TaskCompletionSource> waiting = new();
    private bool isTaken;

    public async Task<T> RunAsync<T>(Func<Task<T>> turn)
    {
        if (isTaken)
        {
            var mine = new TaskCompletionSource();
            waiting.Enqueue(mine);
            await mine.Task;
        }

        isTaken = true;
        try
        {
            return await turn();
        }
        finally
        {
            isTaken = waiting.Count > 0;
            if (waiting.TryDequeue(out var next))
            {
                next.SetResult();
            }
        }
    }
}

/// <summary>
/// Holds messages until an activation is ready. Each waiter has a task of its own: of a task that several await the runtime sends
/// continuations to other threads.
/// </summary>
internal sealed class Gate
{
    private readonly List<TaskCompletionSource> waiting = [];
    private bool isOpen;
    private Exception? failure;

    public Task PassAsync()
    {
        if (failure is not null)
        {
            return Task.FromException(failure);
        }

        if (isOpen)
        {
            return Task.CompletedTask;
        }

        var waiter = new TaskCompletionSource();
        waiting.Add(waiter);
        return waiter.Task;
    }

    public void Open()
    {
        isOpen = true;
        Take().ForEach(w => w.SetResult());
    }

    public void Fail(Exception cause)
    {
        failure = cause;
        Take().ForEach(w => w.SetException(cause));
    }

    private List<TaskCompletionSource> Take()
    {
        var all = waiting.ToList();
        waiting.Clear();
        return all;
    }
}
