using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>What a search is told to do wrong, to prove that it would be seen.</summary>
internal enum Mutant
{
    None,
    LosesAcks,
    SwallowsByes,
    InvitesTwice,
    CancelsAtOnce,
    TellsTheEndTwice,
    SpeaksWhenGone,
    DoesNotReply,
    NeverTicks,
    RepeatsACSeq,
}

/// <summary>What happened, seen from the leg.</summary>
internal enum Seen
{
    Sent,
    Replied,
    Received,
    Told,
    HungUp,
    Gone,
}

internal sealed record Entry(long At, Seen What, SipMessage? Message = null, LegEventKind Event = LegEventKind.None, LegEndFacts? End = null, bool IsCut = false)
{
    public override string ToString() => $"{At,7} {What,-8} {Event} {End?.How} {(Message is null ? "" : $"{Message.Method} {Message.Status} {Message.CSeq.Number} tag={Message.To?.Tag}")}{(IsCut ? " cannot be sent" : "")}";
}

/// <summary>One call on a fake wire and a fake clock, from its start until nothing is left to happen.</summary>
internal sealed class SearchRun : ILegHost
{
    /// <summary>Longer than any call of a plan may take.</summary>
    public const long Horizon = 900_000;

    private static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef");

    private readonly FakeTime time = new();
    private readonly FakeWire wire;
    private readonly Mutant mutant;
    private readonly SipLeg leg;
    private readonly FakeHop hop;

    public SearchRun(SearchPlan plan, Mutant mutant = Mutant.None)
    {
        (Plan, this.mutant, hop) = (plan, mutant, new FakeHop(this));
        wire = new FakeWire(plan, time);
        FarEnd = new ModelFarEnd(plan, time, bytes => wire.Carry(() => ToLeg(bytes)));
        var settings = new LegSettings
        {
            Target = LegRig.Uri("sip:79001000001@192.0.2.1:5060"),
            From = LegRig.Uri("sip:78001234567@192.0.2.9"),
            Offer = "v=0\r\n",
            AnswerTo = _ => "v=0\r\ns=answer\r\n",
            RingLimit = TimeSpan.FromMilliseconds(plan.RingLimit),
            MaxTalk = TimeSpan.FromMilliseconds(plan.MaxTalk),
            Credentials = plan.HasCredentials ? new DigestCredentials("user", "secret") : null,
        };
        leg = new SipLeg(new LegIds($"s-{plan.Seed}", "dialer.example", Key), settings, this);
    }

    public SearchPlan Plan { get; }

    public ModelFarEnd FarEnd { get; }

    public List<Entry> Story { get; } = [];

    public int Ticks { get; private set; }

    /// <summary>What was wrong with the timers while it ran; null = nothing.</summary>
    public string? TimerFault { get; private set; }

    public bool IsGone => leg.IsGone;

    long ILegHost.Now => time.Now;

    public SearchRun Run()
    {
        foreach (var when in Plan.HangUps)
        {
            time.At(when, () => Do(() =>
            {
                Story.Add(new Entry(time.Now, Seen.HungUp));
                leg.HangUp();
            }));
        }

        Do(leg.Start);
        while (TimerFault is null)
        {
            var due = leg.IsGone || mutant == Mutant.NeverTicks ? long.MaxValue : leg.NextDue;
            var next = Math.Min(due, time.Next);
            if (next > Horizon)
            {
                return this;
            }

            time.Now = Math.Max(time.Now, next);
            if (due <= time.Now)
            {
                Tick();
            }
            else
            {
                time.RunNext();
            }
        }

        return this;
    }

    SipHop ILegHost.Hop => hop;

    SipHop ILegHost.HopTo(SipUri next) => hop;

    private bool Send(ReadOnlyMemory<byte> message)
    {
        var sent = Read(message);
        if (mutant == Mutant.LosesAcks && sent.Method == SipMethods.Ack)
        {
            return true;
        }

        if (time.Now >= Plan.CutFrom && time.Now < Plan.CutUntil)
        {
            Story.Add(new Entry(time.Now, Seen.Sent, sent, IsCut: true));
            return false;
        }

        Out(sent);
        if (mutant is Mutant.InvitesTwice or Mutant.CancelsAtOnce && sent is { Method: SipMethods.Invite, CSeq.Number: 1 })
        {
            var text = Encoding.UTF8.GetString(message.Span);
            Out(LegRig.Parse(mutant == Mutant.InvitesTwice
                ? text.Replace("CSeq: 1", "CSeq: 2", StringComparison.Ordinal).Replace("branch=z9hG4bK", "branch=z9hG4bKx", StringComparison.Ordinal)
                : text.Replace("INVITE", "CANCEL", StringComparison.Ordinal)));
        }

        return true;
    }

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response)
    {
        if (mutant != Mutant.DoesNotReply)
        {
            var reply = Read(response);
            Story.Add(new Entry(time.Now, Seen.Replied, reply));
            wire.Carry(() => FarEnd.Take(reply));
        }
    }

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        Story.Add(new Entry(time.Now, Seen.Told, null, kind, end));
        if (mutant == Mutant.TellsTheEndTwice && kind == LegEventKind.Ended)
        {
            Story.Add(new Entry(time.Now, Seen.Told, null, kind, end));
        }
    }

    private void Out(SipMessage sent)
    {
        if (mutant == Mutant.RepeatsACSeq && sent.Method == SipMethods.Bye)
        {
            sent = LegRig.Parse(Encoding.UTF8.GetString(sent.Bytes.Span).Replace($"CSeq: {sent.CSeq.Number} BYE", "CSeq: 1 BYE", StringComparison.Ordinal));
        }

        Story.Add(new Entry(time.Now, Seen.Sent, sent));
        if (mutant != Mutant.SwallowsByes || sent.Method != SipMethods.Bye)
        {
            wire.Carry(() => FarEnd.Take(sent));
        }
    }

    private void ToLeg(byte[] bytes)
    {
        var message = SipParser.Parse([.. bytes], out var fault) ?? throw new InvalidOperationException(fault);
        if (!leg.IsGone)
        {
            Do(() =>
            {
                Story.Add(new Entry(time.Now, Seen.Received, message));
                leg.Receive(message);
            });
        }
        else if (message.IsRequest && message.Method != SipMethods.Ack)
        {
            // the driver has forgotten the leg
            var reply = Read(LegWriter.Response(message, 481, "Call/Transaction Does Not Exist", toTag: "dialer"));
            wire.Carry(() => FarEnd.Take(reply));
        }
    }

    /// <summary>Something with the leg, as its driver does it: its timers may be served at any time.</summary>
    private void Do(Action action)
    {
        if (leg.IsGone)
        {
            return;
        }

        action();
        if (Plan.TicksOften && mutant != Mutant.NeverTicks)
        {
            Tick();
        }
    }

    private void Tick()
    {
        Ticks++;
        leg.Tick();
        if (leg.IsGone)
        {
            Story.Add(new Entry(time.Now, Seen.Gone));
            if (mutant == Mutant.SpeaksWhenGone)
            {
                Out(Story.First(e => e.What == Seen.Sent).Message!);
            }
        }

        TimerFault = leg.NextDue <= time.Now ? $"at {time.Now} after a tick the next one is due at {leg.NextDue}" : null;
    }

    private static SipMessage Read(ReadOnlyMemory<byte> bytes) =>
        SipParser.Parse(bytes.ToArray(), out var fault) ?? throw new InvalidOperationException(fault);

    /// <summary>The one way there is.</summary>
    private sealed class FakeHop(SearchRun run) : SipHop
    {
        public override SipTransport Transport => SipTransport.Udp;

        public override string SentBy => "192.0.2.9:5070";

        public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender) => run.Send(message);
    }
}
