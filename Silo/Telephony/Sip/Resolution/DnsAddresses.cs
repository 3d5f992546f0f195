using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The addresses of a host.</summary>
/// <param name="List">In the order they are tried.</param>
/// <param name="Seconds">Smallest time to live.</param>
/// <param name="IsAnswered">False: a question stayed without an answer, so that there may be more.</param>
internal sealed record DnsAddresses(IReadOnlyList<IPAddress> List, int Seconds, bool IsAnswered);
