using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dialer.Gateway.Wire;

/// <summary>Instants as text: RFC 3339, read with an offset only, written in UTC with milliseconds.</summary>
internal static partial class Instants
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Null for an instant that is not set.</summary>
    public static DateTimeOffset? Of(UnixTime instant) => instant.IsNone ? null : instant.ToDateTimeOffset();

    public static bool TryRead(string text, out DateTimeOffset instant)
    {
        instant = default;
        return Pattern().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }

    /// <summary>An instant of the Calls API: text with an offset, or Unix milliseconds.</summary>
    public static bool TryReadAny(JsonElement value, out UnixTime instant)
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

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
