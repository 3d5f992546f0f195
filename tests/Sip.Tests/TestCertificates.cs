using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>An authority of the test's own, and certificates of it as PEM files.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly string directory = Directory.CreateTempSubdirectory("dialer-ca-").FullName;
    private readonly X509Certificate2 authority;
    private readonly string serverName;

    /// <param name="serverName">The host that the server's certificate is for.</param>
    public TestCertificates(string serverName)
    {
        this.serverName = serverName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        authority = request.CreateSelfSigned(From, From.AddYears(1));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        Write(directory, "client", "dialer.test", "1.3.6.1.5.5.7.3.2");
    }

    private string AuthorityFile => Path.Combine(directory, "ca.crt");

    /// <summary>What a trunk is set up with that trusts this authority.</summary>
    public TlsSettings Settings(bool hasOwn) => hasOwn
        ? TlsSettings.Read(AuthorityFile, Path.Combine(directory, "client.crt"), Path.Combine(directory, "client.key"))
        : TlsSettings.Read(AuthorityFile, null, null);

    /// <summary>Puts <c>ca.crt</c>, <c>server.crt</c> and <c>server.key</c> there.</summary>
    public void WriteServer(string target)
    {
        File.Copy(AuthorityFile, Path.Combine(target, "ca.crt"));
        Write(target, "server", serverName, "1.3.6.1.5.5.7.3.1");
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private void Write(string target, string file, string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var certificate = request.Create(authority, From, From.AddMonths(6), RandomNumberGenerator.GetBytes(12));
        File.WriteAllText(Path.Combine(target, $"{file}.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(target, $"{file}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
