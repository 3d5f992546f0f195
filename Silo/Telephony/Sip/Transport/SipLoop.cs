using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A turn that legs live in: their messages, orders and timers come one after the other, so that a leg needs no lock. A leg stays
/// on the loop that its Call-ID chose. The loop's thread takes the turn for orders and timers; whoever reads a socket takes it for a
/// message when it is free, because to wake another thread costs more than the message.
/// </summary>
internal sealed partial class SipLoop : IDisposable
{
    /// <summary>What messages that wait for the turn may hold.</summary>
    private const long MaxQueuedBytes = 8 << 20;

    /// <summary>What a message that waits takes besides its bytes.</summary>
    private const int MessageCost = 512;

    /// <summary>What is done at most before the timers have their turn: a flood must not stop them.</summary>
    private const int Share = 256;

    /// <summary>What whoever reads a socket does of others' work: its own messages wait meanwhile.</summary>
    private const int GuestShare = 16;

    /// <summary>Timers may be so many ms late: many that are due close together cost one waking.</summary>
    private const int LeastSleep = 10;

    private readonly ConcurrentQueue<(Action? Order, SipMessage? Message)> work = new();
    private readonly PriorityQueue<Alarm, long> timers = new();

    /// <summary>Changed in the turn only; looked at from everywhere.</summary>
    private readonly ConcurrentDictionary<string, ISipParty> parties = new(1, 1_024, StringComparer.Ordinal);
    private readonly Dictionary<ISipParty, Alarm> scheduled = [];
    private readonly Lock turn = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly TimeProvider clock;
    private readonly Action<SipMessage> stranger;
    private readonly ILogger log;
    private readonly Thread thread;
    private readonly long origin;
    private volatile bool isClosed;

    /// <summary>The thread waits for the turn: who comes by leaves it to it.</summary>
    private volatile bool isWanted;

    private int isAsleep;
    private long queued;

    /// <summary>When the sleeping thread wakes by itself.</summary>
    private long wakesAt = long.MaxValue;

    /// <param name="name">Of its thread.</param>
    /// <param name="clock">What timers go by.</param>
    /// <param name="stranger">Takes messages that belong to nobody here any more, in the loop's turn.</param>
    /// <param name="log">Where faults of legs are told.</param>
    public SipLoop(string name, TimeProvider clock, Action<SipMessage> stranger, ILogger log)
    {
        (this.clock, this.stranger, this.log, origin) = (clock, stranger, log, clock.GetTimestamp());
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Milliseconds since the loop began.</summary>
    public long Now => (long)clock.GetElapsedTime(origin).TotalMilliseconds;

    /// <summary>Whether somebody here has this Call-ID. From any thread.</summary>
    public bool Knows(string callId) => parties.ContainsKey(callId);

    /// <summary>Does this in the loop's turn, after what was posted before.</summary>
    public void Post(Action order) => Post((order, null));

    /// <summary>
    /// Hands a message to the party that it belongs to: here and now if the turn is free, else after what was posted before. False:
    /// too many wait already. One that is lost comes again over UDP; over a connection it does not, so it has to be handed over later.
    /// </summary>
    public bool Post(SipMessage message)
    {
        if (isClosed || isWanted || !work.IsEmpty || turn.IsHeldByCurrentThread || !turn.TryEnter())
        {
            return TryQueue(message);
        }

        var (isTaken, isEarlier) = (true, false);
        try
        {
            Drain(GuestShare);
            if (work.IsEmpty)
            {
                Do(null, message);
                Drain(GuestShare);
            }
            else
            {
                isTaken = TryQueue(message);
            }

            isEarlier = timers.TryPeek(out _, out var due) && due < wakesAt;
        }
        finally
        {
            turn.Exit();
        }

        // what was posted after the last look was not told to the thread, and neither was a new timer
        if (isEarlier || !work.IsEmpty)
        {
            Wake();
        }

        return isTaken;
    }

    /// <summary>On the loop: takes a party in. Whoever begins it calls <see cref="Touched"/> after.</summary>
    public void Add(ISipParty party) => parties[party.CallId] = party;

    /// <summary>On the loop, after anything was done with a party: its next timer is set, or it is forgotten.</summary>
    public void Touched(ISipParty party)
    {
        if (party.IsGone)
        {
            Unschedule(party);
            parties.TryRemove(KeyValuePair.Create(party.CallId, party));
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
        if (!turn.IsHeldByCurrentThread)
        {
            thread.Join();
        }

        wake.Dispose();
    }

    private bool TryQueue(SipMessage message)
    {
        var cost = CostOf(message);
        if (Interlocked.Add(ref queued, cost) > MaxQueuedBytes)
        {
            Interlocked.Add(ref queued, -cost);
            return false;
        }

        Post((null, message));
        return true;
    }

    private static int CostOf(SipMessage message) => message.Bytes.Length + MessageCost;

    private void Post((Action?, SipMessage?) item)
    {
        work.Enqueue(item);
        if (!turn.IsHeldByCurrentThread)
        {
            // whoever has the turn looks again before it ends
            Wake();
        }
    }

    private void Wake()
    {
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
            bool isIdle;
            TakeTurn();
            try
            {
                Drain(Share);
                Tick();
                wakesAt = timers.TryPeek(out _, out var due) ? due : long.MaxValue;
                isIdle = work.IsEmpty;
                if (isIdle)
                {
                    // a full fence: whoever posts from here on sees it, and what was posted before is seen below
                    Interlocked.Exchange(ref isAsleep, 1);
                }
            }
            finally
            {
                turn.Exit();
            }

            if (isIdle)
            {
                Sleep();
            }
        }
    }

    private void TakeTurn()
    {
        if (!turn.TryEnter())
        {
            isWanted = true;
            turn.Enter();
            isWanted = false;
        }
    }

    private void Drain(int most)
    {
        for (var i = 0; i < most && !isClosed && work.TryDequeue(out var item); i++)
        {
            if (item.Message is { } message)
            {
                Interlocked.Add(ref queued, -CostOf(message));
            }

            Do(item.Order, item.Message);
        }
    }

    /// <summary>False: it failed.</summary>
    private bool Do(Action? order, SipMessage? message)
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

            return true;
        }
        catch (Exception e)
        {
            // one leg's fault is not the others'
            LogFault(log, e);
            return false;
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
            if (Do(party.Tick, null))
            {
                // one that fails has no timer any more: what is due would be due again at once, for ever
                Touched(party);
            }
        }
    }

    private void Sleep()
    {
        var until = Volatile.Read(ref wakesAt);
        var wait = until == long.MaxValue ? Timeout.Infinite : Math.Clamp(until - Now, 0, int.MaxValue);
        if (work.IsEmpty && !isClosed && wait != 0)
        {
            wake.WaitOne(wait == Timeout.Infinite ? Timeout.Infinite : Math.Max((int)wait, LeastSleep));
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
