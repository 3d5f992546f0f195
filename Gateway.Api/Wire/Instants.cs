using System.Globalization;
using System.Text.Json;

namespace Dialer.Gateway.Wire;

/// <summary>Instants as text: RFC 3339, read with an offset only, written in UTC with milliseconds.</summary>
internal static class Instants
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Null for an instant that is not set.</summary>
    public static DateTimeOffset? Of(UnixTime instant) => instant.IsNone ? null : instant.ToDateTimeOffset();

    public static bool TryRead(string text, out DateTimeOffset instant) => InstantTexts.TryRead(text, out instant);

    /// <summary>A bound of a filter, which may lie before 1970.</summary>
    public static bool TryReadMs(JsonElement value, out long ms) => InstantTexts.TryReadMs(value, out ms);
}
