namespace Dialer.Channels;

/// <summary>What carries the messages of a SIP trunk.</summary>
public enum TrunkTransport : byte
{
    Udp = 0,
    Tcp = 1,
    Tls = 2,
}

/// <summary>A SIP trunk (P39). Everything but the host has a default that suits most trunks.</summary>
[GenerateSerializer, Immutable, Alias("dialer.SipSettings")]
public sealed record SipSettings
{
    /// <summary>Name or address, as the trunk's operator gave it.</summary>
    [Id(0)] public required string Host { get; init; }

    /// <summary>0 = found by DNS (RFC 3263), else 5060, with TLS 5061.</summary>
    [Id(1)] public int Port { get; init; }

    [Id(2)] public TrunkTransport Transport { get; init; }

    /// <summary>For digest; null = the trunk knows us by our address.</summary>
    [Id(3)] public string? Username { get; init; }

    [Id(4)] public Secret? Password { get; init; }

    /// <summary>The number shown to people called, without blanks; null = <c>dialer</c>.</summary>
    [Id(5)] public string? CallerId { get; init; }

    /// <summary>Registers this silo's address at the trunk.</summary>
    [Id(6)] public bool Register { get; init; }

    /// <summary><c>HOST[:PORT]</c> that everything goes through; null = none.</summary>
    [Id(7)] public string? OutboundProxy { get; init; }

    /// <summary>
    /// Beginnings of numbers that may be called, with country code, separated by commas; null = the organisation's country without
    /// its premium numbers. One that is named allows premium numbers too.
    /// </summary>
    [Id(8)] public string? DestinationPrefixes { get; init; }

    /// <summary>Number or SIP URI for P-Asserted-Identity (RFC 3325); null = none.</summary>
    [Id(9)] public string? AssertedIdentity { get; init; }

    /// <summary>The callee does not see the caller id (RFC 3323).</summary>
    [Id(10)] public bool HideCallerId { get; init; }

    /// <summary>Written before each number: <c>+</c>, or a prefix that the trunk wants.</summary>
    [Id(11)] public string NumberPrefix { get; init; } = "";

    /// <summary>Without any response for so long the trunk does not answer; 1–32 s.</summary>
    [Id(12)] public int FirstResponseSeconds { get; init; } = 6;

    /// <summary>PEM file of certificate authorities to trust instead of the system's (TLS).</summary>
    [Id(13)] public string? CaFile { get; init; }

    /// <summary>PEM file of the certificate that we show (TLS).</summary>
    [Id(14)] public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key; null = in <see cref="CertificateFile"/>.</summary>
    [Id(15)] public string? KeyFile { get; init; }

    /// <summary>Seconds that a session holds unless it is refreshed (RFC 4028), 90–7200; 0 = not asked for.</summary>
    [Id(16)] public int SessionExpiresSeconds { get; init; } = 1_800;

    /// <summary>Acknowledges provisional responses if the trunk wants it (RFC 3262).</summary>
    [Id(17)] public bool ReliableProvisional { get; init; } = true;

    /// <summary>
    /// What responses of this trunk mean where they mean something else than usual (P40): <c>603=technical,480=busy</c>. Classes:
    /// busy, noAnswer, unreachable, rejected, nonexistent, technical, noFunds.
    /// </summary>
    [Id(18)] public string? Outcomes { get; init; }

    /// <summary>Writes each call's SIP messages to a file, with credentials masked.</summary>
    [Id(19)] public bool Trace { get; init; }

    /// <summary>Asks the trunk by OPTIONS whether it is there (P42). Off for trunks that leave OPTIONS unanswered: then calls alone tell.</summary>
    [Id(20)] public bool Probe { get; init; } = true;
}
