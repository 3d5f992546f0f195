namespace Dialer.Silo.Telephony.Sip;

/// <summary>One Via (RFC 3261 §20.42).</summary>
public sealed record SipVia(string Transport, string Host, int Port, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Branches of this RFC's transactions begin with it (§8.1.1.7).</summary>
    public const string MagicCookie = "z9hG4bK";

    public string? Branch => Parameters.GetValueOrDefault("branch");

    /// <summary>Where the next hop saw the message come from (§18.2.1); IPv6 with or without brackets (RFC 5118 §4.5).</summary>
    public string? Received => Parameters.GetValueOrDefault("received")?.TrimStart('[').TrimEnd(']');

    /// <summary>Null when it cannot be read.</summary>
    public static SipVia? Parse(string? text)
    {
        var parts = text is null ? [] : SipText.Split(text, ';');
        if (parts.Count == 0)
        {
            return null;
        }

        // "SIP / 2.0 / UDP host:port": blanks may stand around the slashes
        var protocol = parts[0].Split('/', 3, StringSplitOptions.TrimEntries);
        if (protocol.Length < 3 || !protocol[0].Equals("SIP", StringComparison.OrdinalIgnoreCase) || protocol[1] != "2.0")
        {
            return null;
        }

        var blank = protocol[2].IndexOfAny([' ', '\t']);
        return blank > 0 && SipUri.TrySplitPort(protocol[2].AsSpan(blank).Trim(), out var host, out var port)
            ? new SipVia(protocol[2][..blank].ToUpperInvariant(), host, port, SipText.Parameters(parts.Skip(1)))
            : null;
    }
}
