using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A thread that legs live on: their messages, orders and timers come one after the other, so that a leg needs no lock. A leg stays
/// on the loop that its Call-ID chose.
/// </summary>
internal sealed partial class SipLoop : IDisposable
{
    private const int MaxQueuedMessages = 20_000;

    private readonly ConcurrentQueue<(Action? Order, SipMessage? Message)> work = new();
    private readonly PriorityQueue<Alarm, long> timers = new();
    private readonly Dictionary<string, ISipParty> parties = new(StringComparer.Ordinal);
    private readonly Dictionary<ISipParty, Alarm> scheduled = [];
    private readonly AutoResetEvent wake = new(false);
    private readonly TimeProvider clock;
    private readonly Action<SipMessage> stranger;
    private readonly ILogger log;
    private readonly Thread thread;
    private readonly long origin;
    private volatile bool isClosed;
    private int isAsleep;
    private int queued;

    /// <param name="name">Of its thread.</param>
    /// <param name="clock">What timers go by.</param>
    /// <param name="stranger">Takes messages that belong to nobody here, on the loop's thread.</param>
    /// <param name="log">Where faults of legs are told.</param>
    public SipLoop(string name, TimeProvider clock, Action<SipMessage> stranger, ILogger log)
    {
        (this.clock, this.stranger, this.log, origin) = (clock, stranger, log, clock.GetTimestamp());
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Milliseconds since the loop began.</summary>
    public long Now => (long)clock.GetElapsedTime(origin).TotalMilliseconds;

    /// <summary>Does this on the loop's thread, after what was posted before.</summary>
    public void Post(Action order) => Post((order, null));

    /// <summary>Hands a message to the party that it belongs to.</summary>
    public void Post(SipMessage message)
    {
        // a flood must not stand before the orders of calls for long; a message that is lost comes again
        if (Volatile.Read(ref queued) < MaxQueuedMessages)
        {
            Interlocked.Increment(ref queued);
            Post((null, message));
        }
    }

    /// <summary>On the loop: takes a party in. Whoever begins it calls <see cref="Touched"/> after.</summary>
    public void Add(ISipParty party) => parties[party.CallId] = party;

    /// <summary>On the loop, after anything was done with a party: its next timer is set, or it is forgotten.</summary>
    public void Touched(ISipParty party)
    {
        if (party.IsGone)
        {
            Unschedule(party);
            if (parties.TryGetValue(party.CallId, out var known) && known == party)
            {
                parties.Remove(party.CallId);
            }

            return;
        }

        var due = party.NextDue;
        if (due < (scheduled.TryGetValue(party, out var alarm) ? alarm.Due : long.MaxValue))
        {
            Unschedule(party);
            scheduled[party] = alarm = new Alarm(party, due);
            timers.Enqueue(alarm, due);
        }
    }

    /// <summary>The alarm stays in the queue until its time, but holds nobody any more: legs must not be kept by what they once waited for.</summary>
    private void Unschedule(ISipParty party)
    {
        if (scheduled.Remove(party, out var alarm))
        {
            alarm.Party = null;
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

    private void Post((Action?, SipMessage?) item)
    {
        work.Enqueue(item);
        if (Interlocked.Exchange(ref isAsleep, 0) == 1)
        {
            try
            {
                wake.Set();
            }
            catch (ObjectDisposedException)
            {
                // the end: nobody does it any more
            }
        }
    }

    private void Run()
    {
        while (!isClosed)
        {
            while (!isClosed && work.TryDequeue(out var item))
            {
                if (item.Message is not null)
                {
                    Interlocked.Decrement(ref queued);
                }

                Do(item.Order, item.Message);
            }

            Tick();
            Sleep();
        }
    }

    private void Do(Action? order, SipMessage? message)
    {
        try
        {
            if (message is null)
            {
                order!();
            }
            else if (parties.TryGetValue(message.CallId, out var party))
            {
                party.Receive(message);
                Touched(party);
            }
            else
            {
                stranger(message);
            }
        }
        catch (Exception e)
        {
            // one leg's fault is not the others'
            LogFault(log, e);
        }
    }

    private void Tick()
    {
        var now = Now;
        while (timers.TryPeek(out var alarm, out var due) && due <= now)
        {
            timers.Dequeue();
            if (alarm.Party is not { } party)
            {
                // an earlier one was set meanwhile, or the party is gone
                continue;
            }

            scheduled.Remove(party);
            Do(party.Tick, null);
            Touched(party);
        }
    }

    private void Sleep()
    {
        var wait = timers.TryPeek(out _, out var due) ? Math.Clamp(due - Now, 0, int.MaxValue) : Timeout.Infinite;
        // a full fence: who posts after this look sees that we sleep
        Interlocked.Exchange(ref isAsleep, 1);
        if (work.IsEmpty && !isClosed && wait != 0)
        {
            wake.WaitOne((int)wait);
        }

        Volatile.Write(ref isAsleep, 0);
    }

    /// <summary>When a party wants to be called; null = no more.</summary>
    private sealed class Alarm(ISipParty party, long due)
    {
        public ISipParty? Party { get; set; } = party;

        public long Due => due;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A SIP leg failed; its call is given up by its limits")]
    private static partial void LogFault(ILogger log, Exception cause);
}
