using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A thread that legs live on: their messages, orders and timers come one after the other, so that a leg needs no lock. A leg stays
/// on the loop that its Call-ID chose.
/// </summary>
internal sealed partial class LegLoop : IDisposable
{
    private const int LongestWaitMs = 1_000;

    private readonly ConcurrentQueue<Action> work = new();
    private readonly PriorityQueue<SipLeg, long> timers = new();
    private readonly Dictionary<string, SipLeg> legs = new(StringComparer.Ordinal);
    private readonly Dictionary<SipLeg, long> scheduled = [];
    private readonly AutoResetEvent wake = new(false);
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Thread thread;
    private readonly long origin;
    private volatile bool isClosed;
    private int isAsleep;

    public LegLoop(string name, TimeProvider clock, ILogger log)
    {
        (this.clock, this.log, origin) = (clock, log, clock.GetTimestamp());
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Milliseconds since the loop began.</summary>
    public long Now => (long)clock.GetElapsedTime(origin).TotalMilliseconds;

    /// <summary>Does this on the loop's thread, after what was posted before.</summary>
    public void Post(Action action)
    {
        work.Enqueue(action);
        if (Interlocked.Exchange(ref isAsleep, 0) == 1)
        {
            wake.Set();
        }
    }

    /// <summary>On the loop: the leg of a Call-ID; null = none.</summary>
    public SipLeg? Find(string callId) => legs.GetValueOrDefault(callId);

    /// <summary>On the loop: takes a leg in and begins it.</summary>
    public void Add(SipLeg leg, Action<SipLeg> begin)
    {
        legs[leg.Ids.CallId] = leg;
        begin(leg);
        Touched(leg);
    }

    /// <summary>On the loop, after anything was done with a leg: its next timer is set, or it is forgotten.</summary>
    public void Touched(SipLeg leg)
    {
        if (leg.IsGone)
        {
            legs.Remove(leg.Ids.CallId);
            scheduled.Remove(leg);
            return;
        }

        var due = leg.NextDue;
        if (due < scheduled.GetValueOrDefault(leg, long.MaxValue))
        {
            scheduled[leg] = due;
            timers.Enqueue(leg, due);
        }
    }

    public void Dispose()
    {
        isClosed = true;
        wake.Set();
        if (Environment.CurrentManagedThreadId != thread.ManagedThreadId)
        {
            thread.Join();
        }

        wake.Dispose();
    }

    private void Run()
    {
        while (!isClosed)
        {
            while (work.TryDequeue(out var action))
            {
                Guard(action);
            }

            Tick();
            Sleep();
        }
    }

    private void Tick()
    {
        var now = Now;
        while (timers.TryPeek(out var leg, out var due) && due <= now)
        {
            timers.Dequeue();
            if (!scheduled.TryGetValue(leg, out var planned) || planned != due)
            {
                // an earlier timer was set meanwhile, or the leg is gone
                continue;
            }

            scheduled.Remove(leg);
            Guard(leg.Tick);
            Touched(leg);
        }
    }

    private void Sleep()
    {
        var wait = timers.TryPeek(out _, out var due) ? Math.Clamp(due - Now, 0, LongestWaitMs) : LongestWaitMs;
        Volatile.Write(ref isAsleep, 1);
        if (work.IsEmpty && !isClosed && wait > 0)
        {
            wake.WaitOne((int)wait);
        }

        Volatile.Write(ref isAsleep, 0);
    }

    /// <summary>One leg's fault is not the others'.</summary>
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            LogFault(log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A SIP leg failed; its call is given up by its limits")]
    private static partial void LogFault(ILogger log, Exception cause);
}
