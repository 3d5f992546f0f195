using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Domain names as this folder compares and asks them: ASCII, lower case, no dot at the end.</summary>
internal static class DnsName
{
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    private static readonly IdnMapping Idn = new();

    /// <summary>
    /// False: not a name to ask DNS about. The DNS library refuses some of these by an exception and would send others broken, such
    /// as an empty label in the middle, which ends the name on the wire.
    /// </summary>
    public static bool TryNormalize(string text, out string name)
    {
        name = text.EndsWith('.') ? text[..^1] : text;
        try
        {
            name = (System.Text.Ascii.IsValid(name) ? name : Idn.GetAscii(name)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        return name.Length is > 0 and <= LongestName && name.Split('.').All(IsLabel);
    }

    /// <summary>Whether a host is one: a name whose last label is a number is a misspelt address (RFC 1123 §2.1).</summary>
    public static bool TryNormalizeHost(string text, out string name) =>
        TryNormalize(text, out name) && !char.IsAsciiDigit(name[(name.LastIndexOf('.') + 1)..][0]);

    /// <summary>Names that are never asked of DNS (RFC 6761 §6.3).</summary>
    public static bool IsLocal(string name) => name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
