namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Whoever owns a Call-ID: a leg, or a request of ours outside calls. Lives on one loop, which hands it its messages and calls
/// <see cref="Tick"/>, one thing at a time.
/// </summary>
internal interface ISipParty
{
    string CallId { get; }

    /// <summary>Nothing is to be expected of it any more: it may be forgotten.</summary>
    bool IsGone { get; }

    /// <summary>When <see cref="Tick"/> is to be called next, on the loop's clock; it may be called earlier.</summary>
    long NextDue { get; }

    void Receive(SipMessage message);

    void Tick();

    /// <summary>Something of this party's that was taken for sending provably never left: no connection came about.</summary>
    /// <param name="message">The very bytes that were handed over.</param>
    void Undelivered(ReadOnlyMemory<byte> message);
}
