using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>A trunk as the user agent sees it (P39).</summary>
public sealed record SipTrunk
{
    /// <summary>Where requests go.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>What stands in the Request-URI and in From: the host as the operator wrote it.</summary>
    public required string Host { get; init; }

    /// <summary>Port in the Request-URI; 0 = none.</summary>
    public int Port { get; init; }

    /// <summary>Number or name in From; null = <c>dialer</c>.</summary>
    public string? CallerId { get; init; }

    public DigestCredentials? Credentials { get; init; }

    public SipUri? OutboundProxy { get; init; }

    /// <summary>Local address and port; port 0 = any.</summary>
    public IPEndPoint? Local { get; init; }

    /// <summary>What Call-IDs end with: the same on all silos of an installation.</summary>
    public required string Domain { get; init; }

    /// <summary>The installation's secret that identifiers are made from.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    public OutcomeTable Outcomes { get; init; } = OutcomeTable.Standard;

    public TimeSpan ProvisionalLimit { get; init; } = TimeSpan.FromSeconds(6);
}
