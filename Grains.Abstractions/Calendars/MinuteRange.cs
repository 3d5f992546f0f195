using System.Globalization;

namespace Dialer.Calendars;

/// <summary>
/// A window of one local day, <c>[From, To)</c> in minutes since midnight, 0 ≤ From &lt; To ≤ 1440 (P3: never over midnight;
/// To limits the start of a call, not its ringing or talk).
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.MinuteRange")]
public readonly record struct MinuteRange([property: Id(0)] short From, [property: Id(1)] short To)
{
    public const short MinutesPerDay = 24 * 60;

    public static readonly MinuteRange WholeDay = new(0, MinutesPerDay);

    public bool IsValid => From >= 0 && From < To && To <= MinutesPerDay;

    public bool Contains(int minute) => minute >= From && minute < To;

    /// <summary>The common part; not <see cref="IsValid"/> when there is none.</summary>
    public MinuteRange Intersect(MinuteRange other) => new(Math.Max(From, other.From), Math.Min(To, other.To));

    /// <summary>Parses <c>H:MM</c> or <c>HH:MM</c>; <c>24:00</c> only as an end and only where our own API allows it.</summary>
    public static bool TryParseMinute(string? text, bool allowMidnightEnd, out short minute)
    {
        minute = 0;
        if (text is null || text.Length is < 4 or > 5 || text[^3] != ':')
        {
            return false;
        }

        if (!int.TryParse(text.AsSpan(0, text.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text.AsSpan(text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || minutes > 59)
        {
            return false;
        }

        var midnightEnd = allowMidnightEnd && hours == 24 && minutes == 0;
        if (hours > 23 && !midnightEnd)
        {
            return false;
        }

        minute = (short)(hours * 60 + minutes);
        return true;
    }

    public static string Format(short minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    public override string ToString() => $"{Format(From)}-{Format(To)}";
}
