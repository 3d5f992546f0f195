using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The <c>o=</c> line of one leg's session descriptions: some are written by others, but to this far side they are one session of
/// ours, whose version rises by one with each change (RFC 3264 §8, RFC 3725 §4). Everything else passes through.
/// </summary>
internal sealed class SdpOrigin(string? address)
{
    private int version;
    private string? last;

    /// <summary>The description with our origin; empty stays empty.</summary>
    public string Own(string text)
    {
        if (address is null)
        {
            return text;
        }

        var start = text.StartsWith("o=", StringComparison.Ordinal) ? 0 : text.IndexOf("\no=", StringComparison.Ordinal) + 1;
        if (text.Length == 0 || (start == 0 && !text.StartsWith("o=", StringComparison.Ordinal)))
        {
            return text;
        }

        var end = text.IndexOfAny(['\r', '\n'], start);
        var rest = text[..start] + (end < 0 ? "" : text[end..]);
        version += rest == last ? 0 : 1;
        last = rest;
        var family = address.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4";
        var line = string.Create(CultureInfo.InvariantCulture, $"o=- 1 {version} IN {family} {address}");
        return text[..start] + line + (end < 0 ? "" : text[end..]);
    }
}
