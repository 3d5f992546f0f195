using System.Globalization;

namespace Dialer.Gateway.Campaigns;

/// <summary>An hour that may lie on the next day or the day before: <c>27:00</c>, <c>-01:30</c> (P4).</summary>
internal static class LatestHour
{
    public static string? Text(int? minute) => minute is not { } m
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{(m < 0 ? "-" : "")}{Math.Abs(m) / 60:00}:{Math.Abs(m) % 60:00}");

    /// <summary>Null: no such hour.</summary>
    public static int? Minute(string? text)
    {
        var isBefore = text?.StartsWith('-') == true;
        var parts = (isBefore ? text![1..] : text)?.Split(':');
        return parts is [{ Length: 2 } hours, { Length: 2 } minutes]
            && int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var h)
            && int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var m) && m < 60
                ? (isBefore ? -1 : 1) * (h * 60 + m)
                : null;
    }
}
