using System.Runtime.InteropServices;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>How the carrier keeps time and delivers what it has to tell.</summary>
public sealed partial class Carrier
{
    void IThreadPoolWorkItem.Execute() => Deliver();

    private void OnTimer()
    {
        lock (_gate)
        {
            _armedFor = long.MaxValue;
        }

        Deliver();
    }

    private void Schedule(CarrierCall call, long due)
    {
        _due.Enqueue(call, new Due(due, _dueOrder++));
        if (!_isDelivering)
        {
            Arm();
        }
    }

    private void Tell(ICarrierListener to, in CarrierReport report) => _outbox.Add((to, report));

    private void AskWorker()
    {
        if (_outbox.Count > 0 && !_isDelivering && !_isWorkerAsked)
        {
            _isWorkerAsked = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    // One at a time: whoever comes while it runs leaves, because it looks again under the lock before it stops.
    private void Deliver()
    {
        lock (_gate)
        {
            _isWorkerAsked = false;
            if (_isDelivering)
            {
                return;
            }

            _isDelivering = true;
        }

        while (true)
        {
            lock (_gate)
            {
                TakeDue();
                if (_outbox.Count == 0 || _isDisposed)
                {
                    _isDelivering = false;
                    Arm();
                    return;
                }

                (_outbox, _delivering) = (_delivering, _outbox);
            }

            foreach (ref readonly var item in CollectionsMarshal.AsSpan(_delivering))
            {
                TellOne(item.To, item.Report);
            }

            _delivering.Clear();
        }
    }

    private void TellOne(ICarrierListener to, in CarrierReport report)
    {
        try
        {
            to.Report(report);
        }
        catch (Exception e)
        {
            // a listener's fault must not silence the calls of the others
            LogListenerFailed(_log, report.Id, e);
        }
    }

    // Bounded, so that a dial never waits long for the lock.
    private void TakeDue()
    {
        var now = Ticks();
        for (var taken = 0; taken < DueAtOnce && _due.TryPeek(out var call, out var due) && due.Ticks <= now; taken++)
        {
            _due.Dequeue();
            if (call.IsOver)
            {
                _staleDue--;
            }
            else
            {
                Step(call, due.Ticks);
            }
        }
    }

    private void Arm()
    {
        Compact();
        if (_isDisposed || !_due.TryPeek(out _, out var next) || next.Ticks >= _armedFor)
        {
            return;
        }

        _armedFor = next.Ticks;
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(next.Ticks - Ticks()).TotalMilliseconds));
        _timer.Change(wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }

    // Calls that were hung up leave their next instant behind; they must not pile up until it comes.
    private void Compact()
    {
        if (_staleDue < CompactAbove || _staleDue < _due.Count / 2)
        {
            return;
        }

        var kept = _due.UnorderedItems.Where(item => !item.Element.IsOver).ToArray();
        _due.Clear();
        _due.EnqueueRange(kept);
        _staleDue = 0;
    }

    /// <summary>When a call has its next step; equal instants in the order they were planned.</summary>
    private readonly record struct Due(long Ticks, long Order) : IComparable<Due>
    {
        public int CompareTo(Due other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : Order.CompareTo(other.Order);
    }
}
