using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Where a message came from, and the way back for answers to it (RFC 3261 §18.2.2, RFC 3581).</summary>
internal abstract class SipSource
{
    /// <summary>The sender's address as we see it.</summary>
    public abstract IPEndPoint Address { get; }

    /// <summary>A message of somebody known came from there, such as one of a call: it is more than any stranger.</summary>
    public bool IsKnown { get; set; }

    /// <summary>What strangers' messages from there are counted by; null = they are not.</summary>
    public virtual StrangerShare? Strangers => null;

    /// <summary>Sends the answer to a request: over its connection, or to the address it came from.</summary>
    public abstract void Reply(SipMessage request, ReadOnlyMemory<byte> response);
}
