using System.Net.Mail;

namespace Dialer.Domain.Notifications;

/// <summary>Addresses as a person writes them: one, or several separated by commas.</summary>
public static class MailAddresses
{
    public const int Most = 10;
    private const int MaxLength = 254;

    public static bool TryParse(string? text, out IReadOnlyList<string> addresses)
    {
        var parts = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        addresses = [.. parts.Distinct(StringComparer.OrdinalIgnoreCase)];
        return parts.Length <= Most && parts.All(IsAddress);
    }

    /// <summary>A bare address, nothing around it: what stands in a mail's header must not be able to end it.</summary>
    public static bool IsAddress(string? text) =>
        text is { Length: > 0 and <= MaxLength }
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or '"' or '(' or ')' or ',' or ';')
        && MailAddress.TryCreate(text, out var parsed)
        && parsed.Address == text
        && parsed.User.All(char.IsAscii)
        && Uri.CheckHostName(parsed.Host) is UriHostNameType.Dns;
}
