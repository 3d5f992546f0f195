using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>One call of the driver: the leg's host, and the one who turns its events into those of the contract. Lives on its loop.</summary>
internal sealed class SipCall(SipCallDriver driver, LegLoop loop, DialCommand command, UnixTime startedAt) : ILegHost
{
    private volatile bool isAnswered;
    private UnixTime answeredAt;
    private int seq;

    public DialCommand Command => command;

    public LegLoop Loop => loop;

    /// <summary>Set on the loop, before the leg is started.</summary>
    public SipLeg? Leg { get; set; }

    /// <summary>Why we hang up; None while we do not.</summary>
    public HangUpReason HangUp { get; set; }

    public bool HasEnded { get; private set; }

    long ILegHost.Now => loop.Now;

    public LiveCall AsLive() => new(command.Id, command.Campaign, command.To, isAnswered, startedAt);

    bool ILegHost.Send(ReadOnlyMemory<byte> message) => driver.Send(message);

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response) => driver.Send(response);

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        switch (kind)
        {
            case LegEventKind.Ringing when HangUp == HangUpReason.None:
                driver.Post(new CallRinging { Try = command.Id, Campaign = command.Campaign, Phone = command.To, Seq = ++seq, At = driver.Now });
                break;
            case LegEventKind.Answered:
                Answered(leg);
                break;
            case LegEventKind.Ended:
                End(driver.Judge(end!), end!);
                break;
            default:
                break;
        }
    }

    /// <summary>The driver gives it up: what became of it is not known.</summary>
    public void Lose() => End(
        new Outcome(CallClass.Unknown, Fault.Ourselves), new LegEndFacts(LegEnd.Lost, Text: "the far side did not confirm the end"));

    private void Answered(SipLeg leg)
    {
        if (HasEnded)
        {
            return;
        }

        answeredAt = driver.Now;
        isAnswered = true;
        if (HangUp == HangUpReason.None)
        {
            driver.Post(new CallAnswered
            {
                Try = command.Id,
                Campaign = command.Campaign,
                Phone = command.To,
                Seq = ++seq,
                At = answeredAt,
                Leg = leg.Record(),
            });
        }
    }

    private void End(Outcome outcome, LegEndFacts facts)
    {
        if (HasEnded)
        {
            return;
        }

        HasEnded = true;
        driver.Remove(this);
        driver.Post(new CallEnded
        {
            Try = command.Id,
            Campaign = command.Campaign,
            Phone = command.To,
            Seq = ++seq,
            At = UnixTime.Max(driver.Now, answeredAt),
            Class = outcome.Class,
            By = By(facts),
            Fault = outcome.Fault,
            Cause = new RawCause(facts.Status, facts.Q850, facts.Text),
            AnsweredAt = answeredAt,
            IsChannelClass = outcome.IsChannelClass,
        });
        driver.Ended();
    }

    private EndedBy By(LegEndFacts facts) => facts.How switch
    {
        LegEnd.RemoteBye => EndedBy.Callee,
        LegEnd.Refused => facts.Status is 486 or 600 or 603 ? EndedBy.Callee : EndedBy.Network,
        LegEnd.LocalBye or LegEnd.Cancelled or LegEnd.Lost => HangUp == HangUpReason.Bot ? EndedBy.Bot : EndedBy.Ourselves,
        _ => EndedBy.Network,
    };
}
