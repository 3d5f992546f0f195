namespace Dialer.Silo.Telephony.Sip;

/// <summary>A way on which our messages bear another process's address in Via: its CANCEL must look like its INVITE (RFC 3261 §9.1). Answers come to us by <c>rport</c>.</summary>
internal sealed class SentAs(SipHop hop, string sentBy) : SipHop
{
    public override SipTransport Transport => hop.Transport;

    public override string SentBy => sentBy;

    public override string Name => hop.Name;

    public override int Connection => hop.Connection;

    public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender) => hop.Send(message, sender);
}
