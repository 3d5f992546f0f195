namespace Dialer.Silo.Telephony.Sip;

/// <summary>What carries SIP messages (RFC 3261 §18).</summary>
public enum SipTransport : byte
{
    Udp,
    Tcp,

    /// <summary>TLS over TCP (RFC 3261 §26.2).</summary>
    Tls,
}
