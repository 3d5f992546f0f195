namespace Dialer.Silo.Telephony.Sip;

/// <summary>A way whose messages are noted down.</summary>
internal sealed class TracedHop(SipHop hop, SipTrace trace, string leg) : SipHop
{
    public override SipTransport Transport => hop.Transport;

    public override string SentBy => hop.SentBy;

    public override string Name => hop.Name;

    public override int Connection => hop.Connection;

    public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender)
    {
        trace.Sent(leg, hop, message);
        var left = hop.Send(message, sender);
        if (!left)
        {
            trace.Say("it could not be sent");
        }

        return left;
    }
}
