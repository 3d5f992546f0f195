using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>What the carrier reports, turned into the events of the contract.</summary>
public sealed partial class SimulatedCallDriver
{
    void ICarrierListener.Report(in CarrierReport report)
    {
        DriverCall? call;
        lock (_gate)
        {
            _calls.TryGetValue(report.Id, out call);
        }

        switch (report.Kind)
        {
            case CarrierReportKind.Placed or CarrierReportKind.Ringing or CarrierReportKind.Answered:
                if (call is not null)
                {
                    Progress(call, report);
                }

                break;
            case CarrierReportKind.Ended:
                if (call is not null)
                {
                    Answered(call, report.AnsweredAt);
                    End(call, report.Ending, report.At);
                }

                AnswerOrphan(report.Id, OrphanResult.Over);
                break;
            case CarrierReportKind.Unknown:
                if (call is not null)
                {
                    End(call, FateOfUnknown(call, report.At), _clock.Now());
                }

                AnswerOrphan(report.Id, OrphanResult.Over);
                break;
            default:
                throw new InvalidOperationException($"A carrier cannot report {report.Kind}.");
        }
    }

    void ITrunkUser.LinkIsUp()
    {
        lock (_gate)
        {
            foreach (var call in _calls.Values)
            {
                _ = call.HangUp == HangUpReason.None ? _trunk.TryQuery(call.Command.Id) : _trunk.TryHangUp(call.Command.Id);
            }
        }
    }

    void ITrunkUser.LinkIsDown()
    {
        TryId[] orphans;
        lock (_gate)
        {
            orphans = [.. _orphans.Keys];
        }

        foreach (var id in orphans)
        {
            AnswerOrphan(id, OrphanResult.MayBeUp);
        }
    }

    // Never heard of it and would know it: it did not come. Anything else that the carrier cannot tell of stays unknown.
    private static CallEnding FateOfUnknown(DriverCall call, UnixTime carrierKnowsSince) =>
        call.Phase != CarrierReportKind.None || call.StartedAt < carrierKnowsSince ? CallEnding.Lost
        : call.HangUp != HangUpReason.None ? CallEnding.Cancelled
        : CallEnding.NeverArrived;

    private void Progress(DriverCall call, in CarrierReport report)
    {
        if (report.Kind == CarrierReportKind.Answered)
        {
            Answered(call, report.AnsweredAt);
            return;
        }

        lock (call)
        {
            if (call.HasEnded || call.Phase >= report.Kind || _isClosed)
            {
                return;
            }

            call.Phase = report.Kind;
            if (report.Kind == CarrierReportKind.Ringing)
            {
                Post(new CallRinging
                {
                    Try = call.Command.Id,
                    Campaign = call.Command.Campaign,
                    Phone = call.Command.To,
                    Seq = ++call.Seq,
                    At = report.At,
                });
            }
        }
    }

    private void Answered(DriverCall call, UnixTime at)
    {
        lock (call)
        {
            if (at.IsNone || call.HasEnded || call.Phase >= CarrierReportKind.Answered || _isClosed)
            {
                return;
            }

            call.Phase = CarrierReportKind.Answered;
            call.AnsweredAt = at;

            // after our hang-up the answer is told with the end, which is on its way
            if (call.HangUp == HangUpReason.None)
            {
                Post(new CallAnswered
                {
                    Try = call.Command.Id,
                    Campaign = call.Command.Campaign,
                    Phone = call.Command.To,
                    Seq = ++call.Seq,
                    At = at,
                });
            }
        }
    }

    private void End(DriverCall call, CallEnding ending, UnixTime at)
    {
        lock (call)
        {
            if (call.HasEnded || _isClosed)
            {
                return;
            }

            call.HasEnded = true;
            lock (_gate)
            {
                Remove(call);
            }

            var facts = CallEndingFacts.Of(ending);
            Post(new CallEnded
            {
                Try = call.Command.Id,
                Campaign = call.Command.Campaign,
                Phone = call.Command.To,
                Seq = ++call.Seq,
                At = UnixTime.Max(at, call.AnsweredAt),
                Class = facts.Class,
                By = facts.By == EndedBy.Ourselves && call.HangUp == HangUpReason.Bot ? EndedBy.Bot : facts.By,
                Fault = facts.Fault,
                Cause = facts.Cause,
                AnsweredAt = call.AnsweredAt,
                IsChannelClass = facts.IsChannelClass,
                HasRung = call.Phase >= CarrierReportKind.Ringing,
            });
        }

        lock (_gate)
        {
            _endsOwed--;
            SignalIfDrained();
        }
    }

    private void Post(CallEvent callEvent)
    {
        try
        {
            _sink.Post(callEvent);
        }
        catch (Exception e)
        {
            // whoever takes the events must not stop those of other calls, nor the account of this one
            LogSinkFailed(_log, callEvent.Try, e);
        }
    }

    private void Remove(DriverCall call)
    {
        if (_calls.Remove(call.Command.Id))
        {
            _over.Add(call.Command.Id, true, Ticks());
        }
    }

    private void SignalIfDrained()
    {
        if (_isClosing && _endsOwed == 0)
        {
            _drained.TrySetResult();
        }
    }

    private void AnswerOrphan(TryId id, OrphanResult result)
    {
        TaskCompletionSource<OrphanResult>? answer;
        lock (_gate)
        {
            if (_orphans.Count == 0 || !_orphans.Remove(id, out answer))
            {
                return;
            }
        }

        answer.TrySetResult(result);
    }
}
