using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Where a request can be sent.</summary>
/// <param name="HostName">
/// The host as the operator wrote it: the name a TLS certificate has to bear. It is the domain that was asked for, not the SRV target
/// that DNS led to, as DNS is not to be trusted with that (RFC 5922 §4).
/// </param>
public sealed record SipTarget(SipTransport Transport, IPEndPoint Address, string HostName);
