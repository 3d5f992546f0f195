using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dialer.Tests.Mail;

/// <summary>An authority of the test's own, and a certificate of it for <c>localhost</c>.</summary>
internal sealed class MailCertificates : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dialer-mail-").FullName;

    public MailCertificates()
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority of a test", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, from.AddYears(1));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var bare = server.Create(authority, from, from.AddMonths(6), RandomNumberGenerator.GetBytes(12));
        using var whole = bare.CopyWithPrivateKey(key);
        Server = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    public string AuthorityFile => Path.Combine(directory, "ca.crt");

    public X509Certificate2 Server { get; }

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
