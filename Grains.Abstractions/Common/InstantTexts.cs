using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dialer;

/// <summary>Instants from outside: RFC 3339 text, with an offset only, or Unix milliseconds.</summary>
public static partial class InstantTexts
{
    /// <summary>Text with an offset; without one it would be an instant of whoever reads it.</summary>
    public static bool TryRead(string text, out DateTimeOffset instant)
    {
        instant = default;
        return Pattern().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }

    /// <summary>An instant of the Calls API: text with an offset, or Unix milliseconds; later than 1970 and before the year 10,000.</summary>
    public static bool TryRead(JsonElement value, out UnixTime instant)
    {
        instant = UnixTime.None;
        if (JsonTexts.Read(value) is { } text && TryRead(text, out var read))
        {
            instant = UnixTime.From(read);
            return instant.Ms > 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var ms) && ms > 0 && ms < UnixTime.Never.Ms)
        {
            instant = new UnixTime(ms);
            return true;
        }

        return false;
    }

    /// <summary>As above, in Unix milliseconds and of any time, also before 1970: bounds of filters.</summary>
    public static bool TryReadMs(JsonElement value, out long ms)
    {
        ms = 0;
        if (JsonTexts.Read(value) is { } text && TryRead(text, out var read))
        {
            ms = read.ToUnixTimeMilliseconds();
            return true;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out ms) && ms < UnixTime.Never.Ms;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
