namespace Dialer.Silo.Telephony.Sip;

/// <summary>The way to one address over one transport.</summary>
internal abstract class SipHop
{
    public abstract SipTransport Transport { get; }

    /// <summary>Host and port that stand in Via: where answers to us find us.</summary>
    public abstract string SentBy { get; }

    /// <summary>The far side's address, for traces.</summary>
    public virtual string Name => "";

    /// <summary>Nothing gets lost on it: requests are not sent again (RFC 3261 §17).</summary>
    public bool IsReliable => Transport != SipTransport.Udp;

    /// <summary>The number of the connection that is taken now; another one than before says that the one before has ended.</summary>
    public virtual int Connection => 0;

    /// <summary>
    /// False: it cannot be sent. True: it left or is on its way; if it turns out that it never left, <paramref name="sender"/> is told.
    /// </summary>
    public abstract bool Send(ReadOnlyMemory<byte> message, ISipParty? sender);
}
