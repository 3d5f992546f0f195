using System.Globalization;

namespace Dialer.Domain.Calendars;

/// <summary>
/// Offsets from UTC as text, by the rules of Java's <c>ZoneOffset.of</c> that the Calls API follows (calls-api §1.4):
/// <c>±h ±hh ±hhmm ±hh:mm ±hhmmss ±hh:mm:ss</c>, within ±18:00.
/// </summary>
public static class OffsetText
{
    public const int MaxSeconds = 18 * 3600;

    /// <summary>Takes the forms above; the sign must be there.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int seconds)
    {
        seconds = 0;
        if (text.Length < 2 || text[0] is not ('+' or '-'))
        {
            return false;
        }

        var body = text[1..];
        var ok = body.Length switch
        {
            1 or 2 => TryAdd(body, 3600, 23, ref seconds),
            4 => TryAdd(body[..2], 3600, 23, ref seconds) && TryAdd(body[2..], 60, 59, ref seconds),
            5 => body[2] == ':' && TryAdd(body[..2], 3600, 23, ref seconds) && TryAdd(body[3..], 60, 59, ref seconds),
            6 => TryAdd(body[..2], 3600, 23, ref seconds) && TryAdd(body[2..4], 60, 59, ref seconds) && TryAdd(body[4..], 1, 59, ref seconds),
            8 => body[2] == ':' && body[5] == ':' && TryAdd(body[..2], 3600, 23, ref seconds)
                && TryAdd(body[3..5], 60, 59, ref seconds) && TryAdd(body[6..], 1, 59, ref seconds),
            _ => false,
        };

        if (!ok || seconds > MaxSeconds)
        {
            return false;
        }

        seconds = text[0] == '-' ? -seconds : seconds;
        return true;
    }

    /// <summary><c>±hh:mm</c>, with <c>:ss</c> only when there are seconds; zero is <c>+00:00</c>.</summary>
    public static string Format(int seconds)
    {
        var sign = seconds < 0 ? '-' : '+';
        var (hours, rest) = Math.DivRem(Math.Abs(seconds), 3600);
        var (minutes, odd) = Math.DivRem(rest, 60);
        return odd == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}:{minutes:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}:{minutes:00}:{odd:00}");
    }

    private static bool TryAdd(ReadOnlySpan<char> digits, int unit, int limit, ref int seconds)
    {
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > limit)
        {
            return false;
        }

        seconds += value * unit;
        return true;
    }
}
