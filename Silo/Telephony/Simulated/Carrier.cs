using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// The simulated carrier (P44): plays the scripts of many calls at once and keeps its own books of them. It belongs to no
/// dialer: its calls go on when whoever dialed them is gone, and it can be asked what lives and what became of a call (P30).
/// <para>
/// Every change of a call is made under one lock; what is to be told goes into an outbox in that order and is delivered by one
/// worker at a time, never from inside a call to this class. Instants come from one timer; a call that neither rings nor talks
/// needs none. Under a fake clock the events due at an instant are delivered inside its advance, stamped with the instant due.
/// </para>
/// </summary>
public sealed partial class Carrier : IThreadPoolWorkItem, IAsyncDisposable
{
    private const int DueAtOnce = 4096;
    private const int CompactAbove = 1024;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly CarrierOptions _options;
    private readonly CarrierLedger? _ledger;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly Dictionary<TryId, CarrierCall> _live = [];
    private readonly RecentCalls<CarrierEnded> _ended;
    private readonly PriorityQueue<CarrierCall, Due> _due = new();
    private List<(ICarrierListener To, CarrierReport Report)> _outbox = [];
    private List<(ICarrierListener To, CarrierReport Report)> _delivering = [];
    private UnixTime _remembersSince;
    private long _armedFor = long.MaxValue;
    private long _dueOrder;
    private int _staleDue;
    private long _received;
    private long _endedCount;
    private long _repeated;
    private int _mostLive;
    private bool _isWorkerAsked;
    private bool _isDelivering;
    private bool _isUp = true;
    private bool _isDisposed;

    /// <param name="options">Ledger, speed, memory; null = the defaults, without a ledger.</param>
    /// <param name="clock">The clock that drives ringing and talking.</param>
    /// <param name="logger">Null = says nothing.</param>
    /// <exception cref="IOException">The ledger cannot be opened.</exception>
    public Carrier(CarrierOptions? options = null, TimeProvider? clock = null, ILogger<Carrier>? logger = null)
    {
        _options = options ?? new CarrierOptions();
        if (!(_options.Speed > 0 && double.IsFinite(_options.Speed)))
        {
            throw new ArgumentException("The speed of a simulated carrier is a number above zero.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.RememberedCalls, nameof(options));
        _clock = clock ?? TimeProvider.System;
        _log = logger ?? NullLogger<Carrier>.Instance;
        _ledger = _options.Ledger is { } path ? CarrierLedger.Open(path, _clock) : null;
        _origin = _clock.GetTimestamp();
        _remembersSince = _clock.Now();
        _ended = new(_options.RememberedCalls, _options.RememberFor, Forget);
        _timer = _clock.CreateTimer(static state => ((Carrier)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the trunk carries calls (P42).</summary>
    public bool IsUp
    {
        get
        {
            lock (_gate)
            {
                return _isUp;
            }
        }
    }

    public CarrierTally Tally
    {
        get
        {
            lock (_gate)
            {
                return new(_received, _endedCount, _live.Count, _mostLive, _repeated);
            }
        }
    }

    /// <summary>The calls that are up, oldest first.</summary>
    public IReadOnlyList<CarrierLiveCall> LiveCalls()
    {
        lock (_gate)
        {
            return [.. _live.Values.OrderBy(c => c.StartTicks).Select(c => new CarrierLiveCall(c.Id, c.Phone, !c.AnsweredAt.IsNone, c.StartedAt))];
        }
    }

    /// <summary>What became of a call, by the carrier's own account.</summary>
    public CarrierFate Find(TryId id)
    {
        lock (_gate)
        {
            return _live.ContainsKey(id) ? CarrierFate.Live
                : _ended.TryGet(id, out var ended) && ended.Ending != CallEnding.None ? CarrierFate.Ended
                : CarrierFate.Unknown;
        }
    }

    /// <summary>
    /// The trunk dies (P42): calls that ring end technically with 503, talks are cut (they were answered, P41), new calls fail
    /// with 503 without entering the books, probes fail.
    /// </summary>
    public void SetDown()
    {
        lock (_gate)
        {
            if (!_isUp)
            {
                return;
            }

            _isUp = false;
            var now = Ticks();
            foreach (var call in _live.Values.ToArray())
            {
                _staleDue++;
                End(call, call.AnsweredAt.IsNone ? CallEnding.TrunkDown : CallEnding.Cut, now);
            }

            AskWorker();
        }

        LogTrunkDown(_log);
    }

    /// <summary>The trunk is back.</summary>
    public void SetUp()
    {
        lock (_gate)
        {
            if (_isUp)
            {
                return;
            }

            _isUp = true;
        }

        LogTrunkUp(_log);
    }

    /// <summary>Stops the clock of all calls and closes the books; nothing is told any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _outbox.Clear();
            _due.Clear();
        }

        await _timer.DisposeAsync();
        _ledger?.Dispose();
    }

    /// <summary>The settings that calls are drawn by, with the carrier's own seed if it has one.</summary>
    internal SimulatedSettings TermsFor(SimulatedSettings settings) =>
        _options.Seed is { } seed ? settings with { Seed = seed } : settings;

    /// <summary>
    /// Takes a call. It is in the books before it counts, and whatever becomes of it is told to the owner later. The start of a
    /// call that was taken before goes into the books too, so that they show the double dial, but makes no second call.
    /// </summary>
    internal void Dial(in CarrierDial dial, ICarrierListener owner)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var at = _clock.Now();
            if (_live.ContainsKey(dial.Id) || _ended.Contains(dial.Id))
            {
                Repeat(dial);
                Tell(owner, new(CarrierReportKind.Ended, dial.Id, at, default, CallEnding.Repeated));
            }
            else if (!_isUp)
            {
                Tell(owner, new(CarrierReportKind.Ended, dial.Id, at, default, CallEnding.TrunkDown));
            }
            else if (!Write(isStart: true, dial.Id, dial.Phone))
            {
                Tell(owner, new(CarrierReportKind.Ended, dial.Id, at, default, CallEnding.BooksFailed));
            }
            else
            {
                Take(dial, owner, at);
            }

            AskWorker();
        }
    }

    /// <summary>
    /// Makes sure that a call is over and will never begin (P30): ends it if it is live. The owner hears its end; an asker who is
    /// not the owner hears how it ended, or that it is unknown, in which case a dial still under way will not be taken.
    /// </summary>
    internal void HangUp(TryId id, ICarrierListener asker)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_live.TryGetValue(id, out var call))
            {
                var isOwner = ReferenceEquals(call.Owner, asker);
                _staleDue++;
                End(call, call.AnsweredAt.IsNone ? CallEnding.Cancelled : CallEnding.HungUp, Ticks());
                if (isOwner)
                {
                    AskWorker();
                    return;
                }
            }

            Tell(asker, FateOf(id));
            AskWorker();
        }
    }

    /// <summary>
    /// Asks what became of a call, after a broken link: a live one goes on and tells the asker from now on; an unknown one is
    /// not taken any more, should its dial still be under way.
    /// </summary>
    internal void Query(TryId id, ICarrierListener asker)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (!_live.TryGetValue(id, out var call))
            {
                Tell(asker, FateOf(id));
            }
            else
            {
                call.Owner = asker;
                Tell(
                    asker,
                    !call.AnsweredAt.IsNone ? new(CarrierReportKind.Answered, id, call.AnsweredAt, call.AnsweredAt)
                    : new(call.Script.Rings ? CarrierReportKind.Ringing : CarrierReportKind.Placed, id, call.StartedAt));
            }

            AskWorker();
        }
    }

    private void Take(in CarrierDial dial, ICarrierListener owner, UnixTime at)
    {
        var now = Ticks();
        var call = new CarrierCall
        {
            Id = dial.Id,
            Phone = dial.Phone,
            Script = _options.Script(dial.Settings, dial.Id, dial.Phone).At(_options.Speed).Within(dial.RingLimit, dial.MaxTalk),
            StartedAt = at,
            StartTicks = now,
            Owner = owner,
        };
        _live.Add(call.Id, call);
        _received++;
        _mostLive = Math.Max(_mostLive, _live.Count);
        if (call.Script.Rings)
        {
            Tell(owner, new(CarrierReportKind.Ringing, call.Id, at));
        }

        if (call.Script.Delay > TimeSpan.Zero)
        {
            Schedule(call, now + call.Script.Delay.Ticks);
        }
        else
        {
            Step(call, now);
        }
    }

    // What the script has next, at the instant it is due.
    private void Step(CarrierCall call, long due)
    {
        if (call.AnsweredAt.IsNone && call.Script.IsAnswered)
        {
            call.AnsweredAt = call.InstantOf(due);
            Tell(call.Owner, new(CarrierReportKind.Answered, call.Id, call.AnsweredAt, call.AnsweredAt));
            if (call.Script.Talk > TimeSpan.Zero)
            {
                Schedule(call, due + call.Script.Talk.Ticks);
                return;
            }
        }

        End(call, call.Script.Ending, due);
    }

    private void End(CarrierCall call, CallEnding ending, long due)
    {
        var at = call.InstantOf(due);
        call.IsOver = true;
        _live.Remove(call.Id);
        _endedCount++;
        Write(isStart: false, call.Id, call.Phone);
        _ended.Add(call.Id, new(call.StartedAt, call.AnsweredAt, at, ending), due);
        Tell(call.Owner, new(CarrierReportKind.Ended, call.Id, at, call.AnsweredAt, ending));
    }

    private void Repeat(in CarrierDial dial)
    {
        // told before that it had not come: then this late dial is no call, and the books know nothing of it
        if (_ended.TryGet(dial.Id, out var ended) && ended.Ending == CallEnding.None)
        {
            return;
        }

        _repeated++;
        Write(isStart: true, dial.Id, dial.Phone);
        LogRepeated(_log, dial.Id);
    }

    private CarrierReport FateOf(TryId id)
    {
        if (!_ended.TryGet(id, out var ended))
        {
            // from now on it must not begin any more: its dial may still lie in the buffer of a broken connection
            _ended.Add(id, default, Ticks());
        }

        return ended.Ending == CallEnding.None
            ? new(CarrierReportKind.Unknown, id, _remembersSince)
            : new(CarrierReportKind.Ended, id, ended.EndedAt, ended.AnsweredAt, ended.Ending);
    }

    private void Forget(CarrierEnded call) => _remembersSince = UnixTime.Max(_remembersSince, new(call.StartedAt.Ms + 1));

    private bool Write(bool isStart, TryId id, PhoneNumber phone)
    {
        try
        {
            if (isStart)
            {
                _ledger?.Start(id, phone);
            }
            else
            {
                _ledger?.End(id, phone);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogLedgerFailed(_log, id, e);
            return false;
        }
    }

    private long Ticks() => _clock.GetElapsedTime(_origin).Ticks;
}
