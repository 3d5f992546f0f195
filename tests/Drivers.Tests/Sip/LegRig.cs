using System.Globalization;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A leg on a clock and a wire of the test's: what it sends is read back with our parser, what comes is written here.</summary>
internal sealed class LegRig : ILegHost
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef");

    public LegRig(Func<LegSettings, LegSettings>? change = null)
    {
        var plain = new LegSettings
        {
            Target = Uri("sip:79001000001@192.0.2.1:5060"),
            From = Uri("sip:78001234567@192.0.2.9"),
            Offer = "v=0\r\n",
            AnswerTo = _ => "v=0\r\ns=answer\r\n",
            RingLimit = TimeSpan.FromSeconds(40),
            MaxTalk = TimeSpan.FromSeconds(600),
        };
        Leg = new SipLeg(new LegIds("12-1", "dialer.example", Key), change?.Invoke(plain) ?? plain, this);
    }

    public SipLeg Leg { get; }

    private Hop? hop;

    public long Now { get; private set; }

    /// <summary>Where requests within the dialog were to go.</summary>
    public List<SipUri> NextHops { get; } = [];

    public bool CanSend { get; set; } = true;

    /// <summary>Everything that was sent, in order.</summary>
    public List<SipMessage> Sent { get; } = [];

    /// <summary>The same as the very bytes that were handed over.</summary>
    public List<ReadOnlyMemory<byte>> Wire { get; } = [];

    /// <summary>Responses of ours to the far side's requests.</summary>
    public List<SipMessage> Replies { get; } = [];

    public List<(LegEventKind Kind, LegEndFacts? End)> Events { get; } = [];

    public SipMessage Invite => Sent.Last(m => m.Method == "INVITE");

    public LegEndFacts? End => Events.SingleOrDefault(e => e.Kind == LegEventKind.Ended).End;

    public static SipUri Uri(string text) => SipUri.TryParse(text, out var uri) ? uri : throw new ArgumentException(text);

    public static SipMessage Parse(string text) =>
        SipParser.Parse(Encoding.UTF8.GetBytes(text), out var fault) ?? throw new InvalidOperationException(fault);

    public LegRig Start()
    {
        Leg.Start();
        return this;
    }

    /// <summary>Time passes; the leg's timers are served in order.</summary>
    public LegRig After(double seconds)
    {
        var until = Now + (long)(seconds * 1000);
        while (Leg.NextDue <= until)
        {
            Now = Math.Max(Now, Leg.NextDue);
            Leg.Tick();
        }

        Now = until;
        return this;
    }

    /// <summary>A response to a request of ours (the last INVITE unless told otherwise).</summary>
    public LegRig Respond(int status, string? tag = "far", string extra = "", SipMessage? to = null, string body = "")
    {
        var request = to ?? Invite;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"SIP/2.0 {status} Reason {status}\r\n")
            .Append("Via: ").Append(request.First(SipHeader.Via)).Append("\r\n")
            .Append("From: ").Append(request.First(SipHeader.From)).Append("\r\n")
            .Append("To: ").Append(request.First(SipHeader.To)).Append(tag is null || request.To!.Tag is not null ? "" : ";tag=" + tag).Append("\r\n")
            .Append("Call-ID: ").Append(request.CallId).Append("\r\n")
            .Append("CSeq: ").Append(request.First(SipHeader.CSeq)).Append("\r\n")
            .Append(extra).Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}");
        Leg.Receive(Parse(text.ToString()));
        return this;
    }

    public LegRig Answer(string tag = "far", string extra = "", string body = "") =>
        Respond(200, tag, $"Contact: <sip:callee@192.0.2.77:5099>\r\n{extra}", body: body);

    /// <summary>A request of the far side within the dialog.</summary>
    public LegRig Request(string method, int cseq, string tag = "far", string extra = "", string body = "")
    {
        var text = $"{method} sip:dialer@192.0.2.9:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.77:5099;branch=z9hG4bK{tag}{method}{cseq}\r\n"
            + $"From: <sip:79001000001@192.0.2.1>;tag={tag}\r\nTo: <sip:78001234567@192.0.2.9>;tag={Leg.Ids.FromTag}\r\n"
            + $"Call-ID: {Leg.Ids.CallId}\r\nCSeq: {cseq} {method}\r\n{extra}Content-Length: {body.Length}\r\n\r\n{body}";
        Leg.Receive(Parse(text));
        return this;
    }

    public int Count(string method) => Sent.Count(m => m.Method == method);

    SipHop ILegHost.Hop => hop ??= new Hop(this);

    /// <summary>A host other than the trunk's: requests to it go another way.</summary>
    public string? Foreign { get; set; }

    /// <summary>Answers what the far side offers within the call; null = the leg does.</summary>
    public Func<SipMessage, bool>? OnOffered { get; set; }

    /// <summary>Answers to offers of ours, and offers that were taken back: in order.</summary>
    public List<string> Told { get; } = [];

    bool ILegHost.Offered(SipLeg leg, SipMessage request) => OnOffered?.Invoke(request) == true;

    void ILegHost.Confirmed(SipLeg leg, ReadOnlyMemory<byte> answer) => Told.Add($"confirmed {Encoding.UTF8.GetString(answer.Span)}");

    void ILegHost.Withdrawn(SipLeg leg) => Told.Add("withdrawn");

    SipHop ILegHost.HopTo(SipUri next)
    {
        NextHops.Add(next);
        return next.Host == Foreign ? new Hop(this, Foreign) : hop ?? ((ILegHost)this).Hop;
    }

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response) => Replies.Add(Parse(Encoding.UTF8.GetString(response.Span)));

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end) => Events.Add((kind, end));

    private sealed class Hop(LegRig rig, string name = "") : SipHop
    {
        public override string Name => name;

        public override SipTransport Transport => SipTransport.Udp;

        public override string SentBy => "192.0.2.9:5070";

        public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender)
        {
            if (rig.CanSend)
            {
                rig.Wire.Add(message);
                rig.Sent.Add(Parse(Encoding.UTF8.GetString(message.Span)));
            }

            return rig.CanSend;
        }
    }
}
