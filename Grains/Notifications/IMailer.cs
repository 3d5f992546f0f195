using Dialer.Notifications;

namespace Dialer.Grains.Notifications;

/// <summary>The mail server as this silo is set up for it.</summary>
public interface IMailer
{
    bool IsConfigured { get; }

    /// <summary>Sends a mail now; what the server has against it is the refusal.</summary>
    Task<Answer<MailReceipt>> TestAsync(string to);
}
