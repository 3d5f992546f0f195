using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>How the far side's certificate is judged and which one we show (RFC 5922).</summary>
/// <param name="Authorities">Certificate authorities to trust instead of the system's; null = the system's.</param>
/// <param name="Own">Certificate with key that we show when asked; null = none.</param>
internal sealed record TlsSettings(X509Certificate2Collection? Authorities, X509Certificate2? Own)
{
    public static readonly TlsSettings System = new(null, null);

    /// <summary>The same for the same certificates, so that connections are shared.</summary>
    public string Name { get; } = string.Join(' ', (Authorities ?? []).Select(a => a.Thumbprint).Append(Own?.Thumbprint));

    /// <summary>Reads PEM files.</summary>
    /// <exception cref="ArgumentException">A file cannot be used; the message says which and why.</exception>
    public static TlsSettings Read(string? authoritiesFile, string? certificateFile, string? keyFile)
    {
        var authorities = authoritiesFile is null ? null : Use(authoritiesFile, "caFile", () =>
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(authoritiesFile);
            return all.Count > 0 ? all : throw new CryptographicException("it holds no certificate");
        });
        var own = certificateFile is null
            ? null
            : Use(certificateFile, "certificateFile", () => X509Certificate2.CreateFromPemFile(certificateFile, keyFile ?? certificateFile));
        return authorities is null && own is null ? System : new TlsSettings(authorities, own);
    }

    public SslClientAuthenticationOptions ClientOptions(string hostName)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = hostName,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (Own is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(Own, null, offline: true);
        }

        if (Authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }

        return options;
    }

    private static T Use<T>(string file, string setting, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{setting} {file} cannot be used: {e.Message.TrimEnd('.')}. Give a PEM file that this process may read.", e);
        }
    }
}
