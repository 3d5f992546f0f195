using System.Security.Cryptography.X509Certificates;
using Dialer.Silo.Hosting;
using Dialer.Silo.Telephony.Sip;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Dialer.Silo.Notifications;

/// <summary>A connection to the mail server, made when first needed and kept for a burst.</summary>
internal sealed class MailSession(MailOptions options) : IAsyncDisposable
{
    /// <summary>Longest wait for one answer of the server.</summary>
    private const int AnswerMs = 30_000;

    private readonly SmtpClient client = Make(options);

    public string Server => $"{options.Host}:{options.PortInUse}{(client.IsSecure ? ", encrypted" : "")}";

    /// <summary>Hands a mail over; answers the server's words when it has taken it.</summary>
    public async Task<string> SendAsync(MimeMessage message, CancellationToken cancel)
    {
        if (!client.IsConnected)
        {
            await ConnectAsync(cancel);
        }

        return await client.SendAsync(message, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await client.DisconnectAsync(client.IsConnected, limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SmtpProtocolException or SmtpCommandException or MailKit.ServiceNotConnectedException)
        {
            // what was taken is taken, with or without a farewell
        }

        client.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancel)
    {
        await client.ConnectAsync(
            options.Host!,
            options.PortInUse,
            options.Security switch
            {
                MailSecurity.None => SecureSocketOptions.None,
                MailSecurity.StartTls => SecureSocketOptions.StartTls,
                MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                _ => options.PortInUse == 465 ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable,
            },
            cancel);
        if (options.Username is not { } user)
        {
            return;
        }

        if (!client.IsSecure && !options.IsLoopback)
        {
            await client.DisconnectAsync(true, cancel);
            throw new AuthenticationException("the server offers no encryption, and a password is not sent without: set Dialer:Mail:Security");
        }

        await client.AuthenticateAsync(user, options.ReadPassword(), cancel);
    }

    private static SmtpClient Make(MailOptions options)
    {
        // revocation lists are often out of reach of a server, and a mail that cannot be sent helps nobody
        var client = new SmtpClient { Timeout = AnswerMs, CheckCertificateRevocation = false };
        if (options.CaFile is { } file)
        {
            var trusted = TlsSettings.Read(file, null, null).Authorities!;
            client.ServerCertificateValidationCallback = (_, shown, _, errors) =>
                !errors.HasFlag(System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch) && IsOf(trusted, shown);
        }

        return client;
    }

    private static bool IsOf(X509Certificate2Collection trusted, X509Certificate? shown)
    {
        if (shown is not X509Certificate2 certificate)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        return chain.Build(certificate);
    }
}
