using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What all connections of a network have in common.</summary>
/// <param name="Receive">Takes each message; false: not now, hand it over again later.</param>
/// <param name="Undelivered">Is told whose message certainly never left.</param>
/// <param name="Limits">What they may take.</param>
/// <param name="Log">Where ends are told.</param>
internal sealed record StreamUse(Func<SipMessage, bool> Receive, Action<ISipParty, ReadOnlyMemory<byte>> Undelivered, StreamLimits Limits, ILogger Log);
