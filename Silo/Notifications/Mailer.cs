using Dialer.Domain.Notifications;
using Dialer.Grains.Notifications;
using Dialer.Notifications;
using Dialer.Silo.Hosting;

namespace Dialer.Silo.Notifications;

/// <summary>Mails that somebody waits for: the administrator's test.</summary>
internal sealed class Mailer(DialerOptions options, MailComposer composer, TimeProvider clock) : IMailer
{
    /// <summary>Less than a caller waits for a grain.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(12);

    public bool IsConfigured => options.Mail.IsConfigured;

    public async Task<Answer<MailReceipt>> TestAsync(string to)
    {
        if (!IsConfigured)
        {
            return new Refusal("mail_not_configured", "No mail server is set up: give Dialer:Mail:Host and Dialer:Mail:From, and restart.");
        }

        if (!MailAddresses.IsAddress(to))
        {
            return new Refusal("invalid_setting", "This is not an e-mail address.", Field: "to");
        }

        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            await using var session = new MailSession(options.Mail);
            var said = await session.SendAsync(composer.Test(to, clock.Now()), limit.Token);
            return new MailReceipt(session.Server, said);
        }
        catch (Exception e)
        {
            return new Refusal("mail_failed", $"{options.Mail.Host}:{options.Mail.PortInUse}: {MailFault.Of(e).Text}");
        }
    }
}
