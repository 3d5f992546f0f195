namespace Dialer.Silo.Telephony.Sip;

/// <summary>Our 2xx to an INVITE within the call, sent again until its ACK comes: over any transport, because ACK goes from end to end (RFC 3261 §13.3.1.4).</summary>
internal sealed class ServerResponse(SipMessage request, ReadOnlyMemory<byte> bytes, bool holdsOffer, long now)
{
    private long interval = SipTimers.T1;

    public SipMessage Request => request;

    /// <summary>It carries our offer, so that the ACK brings the answer.</summary>
    public bool HoldsOffer => holdsOffer;

    public long ResendAt { get; private set; } = now + SipTimers.T1;

    public long GivenUpAt { get; } = now + SipTimers.Timeout;

    public void Tick(long now, ILegHost host)
    {
        if (ResendAt > now)
        {
            return;
        }

        interval = Math.Min(interval * 2, SipTimers.T2);
        ResendAt = now + interval;
        host.Reply(request, bytes);
    }
}
