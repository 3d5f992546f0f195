using Dialer.Domain.Calendars;

namespace Dialer.Domain.Numbers;

/// <summary>
/// A zone as given with a number: the <c>GMT_ZONE</c> column (P33) and the <c>gmtZone</c> field (calls-api §1.4), by the
/// rules of Java's <c>ZoneId.of</c>: <c>Z</c>; an offset (<see cref="OffsetText"/>), bare or after <c>UTC</c>, <c>GMT</c> or
/// <c>UT</c>; these three alone; or an IANA id, exactly as written there.
/// </summary>
public static class GmtZoneGrammar
{
    /// <summary>Longer texts are no zone.</summary>
    public const int MaxTextLength = 64;

    public static readonly Refusal Refusal = new(
        "gmt_zone_bad_format",
        "The time zone is not understood. Write an IANA name such as Europe/Moscow, or an offset such as +03:00, UTC+3 or Z.",
        Field: "GMT_ZONE");

    /// <summary>
    /// The key to store: an IANA id or <c>±hh:mm[:ss]</c>. A space where a sign may stand is read as plus, because that is
    /// what an unescaped <c>+</c> of a query string becomes.
    /// </summary>
    /// <returns>False for a bad value, the empty text included: absent and empty are for the caller to tell apart.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out string key)
    {
        key = "";
        if (text.IsEmpty || text.Length > MaxTextLength)
        {
            return false;
        }

        if (text is "Z")
        {
            key = OffsetText.Format(0);
            return true;
        }

        var prefix = PrefixLength(text);
        var rest = text[prefix..];
        if (prefix > 0 && rest.IsEmpty)
        {
            key = OffsetText.Format(0);
            return true;
        }

        if (rest[0] is '+' or '-' or ' ')
        {
            return TryOffset(rest, out key);
        }

        if (ZoneCatalog.FindId(text) is not { } id)
        {
            return false;
        }

        key = id;
        return true;
    }

    private static int PrefixLength(ReadOnlySpan<char> text) =>
        text.StartsWith("UTC", StringComparison.Ordinal) || text.StartsWith("GMT", StringComparison.Ordinal) ? 3
        : text.StartsWith("UT", StringComparison.Ordinal) ? 2
        : 0;

    private static bool TryOffset(ReadOnlySpan<char> text, out string key)
    {
        key = "";
        Span<char> signed = stackalloc char[MaxTextLength];
        text.CopyTo(signed);
        signed[0] = text[0] == ' ' ? '+' : text[0];
        if (!OffsetText.TryParse(signed[..text.Length], out var seconds))
        {
            return false;
        }

        key = OffsetText.Format(seconds);
        return true;
    }
}
