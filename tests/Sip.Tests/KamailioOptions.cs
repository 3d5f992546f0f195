namespace Dialer.Tests.Sip;

/// <summary>How a <see cref="KamailioServer"/> is to be.</summary>
internal sealed record KamailioOptions
{
    /// <summary>Of the digest that it asks for: MD5 or SHA-256.</summary>
    public string Algorithm { get; init; } = "MD5";

    /// <summary>What it shows over TLS; null = it has no TLS.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>Whether a caller has to show a certificate of the same authority.</summary>
    public bool WantsClientCertificate { get; init; }
}
