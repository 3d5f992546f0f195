using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>How <see cref="SipResolver"/> asks.</summary>
public sealed record SipResolverOptions
{
    /// <summary>Name servers to ask; null = those the system names. No others are ever asked; an empty list = none.</summary>
    public IReadOnlyList<IPEndPoint>? NameServers { get; init; }

    /// <summary>
    /// The longest a resolution takes. One question to DNS gets half of it, all questions three quarters, and the system's own
    /// resolver what is left.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Where the draws among SRV records of one priority come from (RFC 2782); need not be safe for several threads.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The system's own resolver, which knows the hosts file and search domains; null = <see cref="Dns"/>.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? SystemLookup { get; init; }
}
