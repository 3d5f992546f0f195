using Dialer.Calls;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// The driver of a simulated channel (P44): hands calls to a carrier, in this process or over TCP, and turns what it reports
/// into the events of <see cref="ICallDriver"/>'s contract, also when the link to the carrier breaks (P29, P30).
/// <list type="bullet">
/// <item>No link when a call is dialed: it ends at once, technically, channel-class (P42).</item>
/// <item>The link breaks afterwards: it is made anew and the carrier is asked. A live call goes on, an ended one ends with its real
/// result, one that never came ends technically, and one that the carrier cannot tell of ends unknown.</item>
/// <item>Nothing can be learned until ring limit + longest talk + <see cref="Grace"/>: it ends unknown.</item>
/// </list>
/// </summary>
public sealed partial class SimulatedCallDriver : ICallDriver, ITrunkUser
{
    /// <summary>How long after its own limits a call is given up.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private const int RememberedTries = 100_000;
    private static readonly TimeSpan RememberTriesFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly ICarrierTrunk _trunk;
    private readonly ICallEventSink _sink;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _origin;
    private readonly ITimer? _watch;
    private readonly Dictionary<TryId, DriverCall> _calls = [];
    private readonly RecentCalls<bool> _over = new(RememberedTries, RememberTriesFor);
    private readonly Dictionary<TryId, TaskCompletionSource<OrphanResult>> _orphans = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _endsOwed;
    private bool _isClosing;
    private volatile bool _isClosed;

    internal SimulatedCallDriver(ICarrierTrunk trunk, ICallEventSink sink, TimeProvider clock, ILogger<SimulatedCallDriver> logger)
    {
        _trunk = trunk;
        _sink = sink;
        _clock = clock;
        _log = logger;
        _origin = clock.GetTimestamp();
        trunk.Start(this);
        _watch = trunk.CanLoseCalls
            ? clock.CreateTimer(static state => ((SimulatedCallDriver)state!).Watch(), this, WatchEvery, WatchEvery)
            : null;
    }

    /// <inheritdoc/>
    public ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _trunk.FirstContact.IsCompleted ? ValueTask.FromResult(Dial(command)) : DialAfterContactAsync(command, cancel);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HangUpAsync(TryId id, HangUpReason why, CancellationToken cancel)
    {
        DriverCall? call;
        lock (_gate)
        {
            if (!_calls.TryGetValue(id, out call))
            {
                return ValueTask.FromResult(false);
            }
        }

        HangUp(call, why);
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public async ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        await _trunk.FirstContact.WaitAsync(cancel);
        TaskCompletionSource<OrphanResult>? answer;
        lock (_gate)
        {
            if (_isClosed)
            {
                return OrphanResult.MayBeUp;
            }

            if (!_orphans.TryGetValue(call.Id, out answer))
            {
                _orphans.Add(call.Id, answer = new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }

        try
        {
            return _trunk.TryHangUp(call.Id) ? await answer.Task.WaitAsync(OrphanLimit, _clock, cancel) : OrphanResult.MayBeUp;
        }
        catch (TimeoutException)
        {
            return OrphanResult.MayBeUp;
        }
        finally
        {
            AnswerOrphan(call.Id, OrphanResult.MayBeUp);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LiveCall> List()
    {
        lock (_gate)
        {
            var calls = new LiveCall[_calls.Count];
            var i = 0;
            foreach (var call in _calls.Values)
            {
                calls[i++] = call.AsLive();
            }

            return calls;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel)
    {
        await _trunk.FirstContact.WaitAsync(cancel);
        return _isClosed ? new(false, "the driver is closed") : await _trunk.ProbeAsync(cancel);
    }

    /// <summary>
    /// Hangs up every live call and tells their ends before it returns; a call whose end the carrier does not confirm within a few
    /// seconds ends unknown.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        DriverCall[] calls;
        lock (_gate)
        {
            if (_isClosing)
            {
                return;
            }

            _isClosing = true;
            calls = [.. _calls.Values];
            SignalIfDrained();
        }

        foreach (var call in calls)
        {
            HangUp(call, HangUpReason.Shutdown);
        }

        try
        {
            await _drained.Task.WaitAsync(CloseLimit, _clock);
        }
        catch (TimeoutException)
        {
            foreach (var call in calls)
            {
                End(call, CallEnding.Lost, _clock.Now());
            }
        }

        await CloseAsync();
    }

    /// <summary>
    /// Leaves without a word, as if this process had been killed: nothing is hung up and nothing told. For tests of recovery with a
    /// carrier that outlives the driver (P30).
    /// </summary>
    public async ValueTask AbandonAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
        }

        await CloseAsync();
    }

    private async ValueTask CloseAsync()
    {
        TryId[] orphans;
        lock (_gate)
        {
            _isClosed = true;
            _calls.Clear();
            orphans = [.. _orphans.Keys];
        }

        foreach (var id in orphans)
        {
            AnswerOrphan(id, OrphanResult.MayBeUp);
        }

        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        await _trunk.DisposeAsync();
    }

    private async ValueTask<DialAdmission> DialAfterContactAsync(DialCommand command, CancellationToken cancel)
    {
        await _trunk.FirstContact.WaitAsync(cancel);
        return Dial(command);
    }

    private DialAdmission Dial(DialCommand command)
    {
        DriverCall call;
        lock (_gate)
        {
            if (_isClosing)
            {
                return DialAdmission.Refused("the driver is closing");
            }

            if (_calls.ContainsKey(command.Id))
            {
                return DialAdmission.Accepted;
            }

            if (_over.Contains(command.Id))
            {
                return DialAdmission.Refused("this try was dialed already and is over");
            }

            var limit = command.RingLimit + command.MaxTalk + Grace;
            call = new DriverCall(command, _clock.Now(), Ticks() + limit.Ticks);
            _calls.Add(command.Id, call);
            _endsOwed++;

            // under the lock: LinkIsUp must find a call either here and handed over, or not at all
            if (_trunk.TryDial(command))
            {
                return DialAdmission.Accepted;
            }

            Remove(call);
        }

        // no event is posted from inside a dial
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Driver.End(state.Call, CallEnding.NoLink, state.Driver._clock.Now()), (Driver: this, Call: call), preferLocal: false);
        return DialAdmission.Accepted;
    }

    private void HangUp(DriverCall call, HangUpReason why)
    {
        lock (call)
        {
            call.HangUp = call.HangUp == HangUpReason.None ? why : call.HangUp;
        }

        // if the link is down, LinkIsUp finds the reason and says it again
        _trunk.TryHangUp(call.Command.Id);
    }

    // Once a second: calls that outlived every limit are given up (the far side is told to end them all the same). Found twice in a
    // row, because a process that was frozen finds all of them late before it has read what the carrier said meanwhile.
    private void Watch()
    {
        _trunk.Tick();
        List<DriverCall>? overdue = null;
        lock (_gate)
        {
            var now = Ticks();
            foreach (var call in _calls.Values)
            {
                if (call.Deadline <= now && call.IsOverdue)
                {
                    (overdue ??= []).Add(call);
                }

                call.IsOverdue = call.Deadline <= now;
            }
        }

        foreach (var call in overdue ?? [])
        {
            LogGivenUp(_log, call.Command.Id);
            _trunk.TryHangUp(call.Command.Id);
            End(call, CallEnding.Lost, _clock.Now());
        }
    }

    private long Ticks() => _clock.GetElapsedTime(_origin).Ticks;
}
