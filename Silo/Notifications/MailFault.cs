using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Dialer.Silo.Notifications;

/// <summary>What went wrong with a mail.</summary>
/// <param name="IsFinal">There is no such recipient (550, 551, 553 to it, and not by policy, RFC 3463 5.7): nobody would ever read it.</param>
/// <param name="IsOfServer">Nothing is wrong with this mail: others would fare no better now.</param>
/// <param name="Text">One line for people.</param>
internal sealed record MailFault(bool IsFinal, bool IsOfServer, string Text)
{
    private const int LongestText = 300;

    public static MailFault Of(Exception cause) => cause switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } e => new(IsNobody(e), false, Line($"{(int)e.StatusCode} {e.Message}")),
        SmtpCommandException { ErrorCode: SmtpErrorCode.MessageNotAccepted } e => new(false, false, Line($"{(int)e.StatusCode} {e.Message}")),
        // of the sender, the greeting, a command: the set-up is wrong or the server is busy, and both are mended
        SmtpCommandException e => new(false, true, Line($"{(int)e.StatusCode} {e.Message}")),
        AuthenticationException e => new(false, true, Line($"the login was refused: {e.Message}")),
        SslHandshakeException e => new(false, true, Line($"the encrypted connection failed: {e.InnerException?.Message ?? e.Message}")),
        OperationCanceledException or TimeoutException => new(false, true, "the server did not answer in time"),
        SocketException e => new(false, true, Line($"the server cannot be reached: {e.Message}")),
        FormatException => new(true, false, Line($"the mail cannot be written: {cause.Message}")),
        _ => new(false, true, Line(cause.Message)),
    };

    // a relay that is refused, a login that is missing: the set-up is at fault, and the mail waits until it is mended
    private static bool IsNobody(SmtpCommandException e) =>
        (int)e.StatusCode is 550 or 551 or 553
        && !e.Message.Contains("5.7.", StringComparison.Ordinal)
        && !e.Message.Contains("relay", StringComparison.OrdinalIgnoreCase);

    private static string Line(string text)
    {
        var line = MailPage.Line(text);
        return line.Length <= LongestText ? line : line[..LongestText];
    }
}
