using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>A trunk as the user agent sees it (P39).</summary>
internal sealed record SipTrunk
{
    /// <summary>The host as the operator wrote it: in Request-URI, To and From.</summary>
    public required string Host { get; init; }

    /// <summary>0 = found by DNS, else the transport's default.</summary>
    public int Port { get; init; }

    public SipTransport Transport { get; init; }

    /// <summary>Number or name in From; null = <c>dialer</c>.</summary>
    public string? CallerId { get; init; }

    /// <summary>Number or URI in P-Asserted-Identity (RFC 3325); null = none.</summary>
    public string? AssertedIdentity { get; init; }

    /// <summary>From is anonymous and the network is asked to keep the identity to itself (RFC 3323).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Written before the number: <c>+</c>, or a prefix that the trunk wants.</summary>
    public string NumberPrefix { get; init; } = "";

    public DigestCredentials? Credentials { get; init; }

    /// <summary>Where requests go instead of <see cref="Host"/>; written as the first Route.</summary>
    public SipUri? OutboundProxy { get; init; }

    /// <summary>Registers our address there, so that its requests find us (RFC 3261 §10).</summary>
    public bool Registers { get; init; }

    /// <summary>Whether it answers OPTIONS: then silence says that it is down (P42).</summary>
    public bool AnswersOptions { get; init; } = true;

    /// <summary>Where calls' messages are noted down; null = nowhere.</summary>
    public SipTraces? Traces { get; init; }

    /// <summary>The address that a call's bot is given to ask and tell about it (P41); null = none.</summary>
    public Func<DialCommand, string?>? CallbackOf { get; init; }

    public TlsSettings? Tls { get; init; }

    /// <summary>What Call-IDs end with: the same on all silos of an installation.</summary>
    public required string Domain { get; init; }

    /// <summary>The installation's secret that identifiers are made from.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    public OutcomeTable Outcomes { get; init; } = OutcomeTable.Standard;

    public TimeSpan ProvisionalLimit { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Seconds that sessions hold (RFC 4028); 0 = no session timer is asked for.</summary>
    public int SessionExpires { get; init; } = 1_800;

    public bool Has100Rel { get; init; } = true;

    /// <summary>Where the first request goes (RFC 3263): the outbound proxy, or the trunk itself.</summary>
    public SipUri NextHop => OutboundProxy ?? new SipUri { Scheme = "sip", Host = Host, Port = Port };
}
