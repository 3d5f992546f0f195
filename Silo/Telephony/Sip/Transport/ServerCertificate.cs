using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// What this process shows to a trunk that opens a TLS connection to it for requests within our calls. One made at the start: such
/// a trunk knows us by the calls that we made, and what it asks for is only taken within them.
/// </summary>
internal static class ServerCertificate
{
    private static readonly Lazy<SslStreamCertificateContext> Own = new(Make);

    public static SslServerAuthenticationOptions Options() => new() { ServerCertificateContext = Own.Value, ClientCertificateRequired = false };

    private static SslStreamCertificateContext Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dialer", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        // a key that lives in memory only is not taken by every platform
        return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null), null, offline: true);
    }
}
