using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Dialer.Silo.Notifications;

/// <summary>What went wrong with a mail.</summary>
/// <param name="IsFinal">The server will never take it (RFC 5321 §4.2.1: 5xx to its recipient or its content).</param>
/// <param name="IsOfServer">Nothing is wrong with this mail: others would fare no better now.</param>
/// <param name="Text">One line for people.</param>
internal sealed record MailFault(bool IsFinal, bool IsOfServer, string Text)
{
    private const int LongestText = 300;
    private const int FirstPermanent = 500;

    public static MailFault Of(Exception cause) => cause switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted } e =>
            new((int)e.StatusCode >= FirstPermanent, false, Line($"{(int)e.StatusCode} {e.Message}")),
        // of the sender, the greeting, a command: the set-up is wrong or the server is busy, and both are mended
        SmtpCommandException e => new(false, true, Line($"{(int)e.StatusCode} {e.Message}")),
        AuthenticationException e => new(false, true, Line($"the login was refused: {e.Message}")),
        SslHandshakeException e => new(false, true, Line($"the encrypted connection failed: {e.InnerException?.Message ?? e.Message}")),
        OperationCanceledException or TimeoutException => new(false, true, "the server did not answer in time"),
        SocketException e => new(false, true, Line($"the server cannot be reached: {e.Message}")),
        FormatException => new(true, false, Line($"the mail cannot be written: {cause.Message}")),
        _ => new(false, true, Line(cause.Message)),
    };

    private static string Line(string text)
    {
        var line = MailPage.Line(text);
        return line.Length <= LongestText ? line : line[..LongestText];
    }
}
