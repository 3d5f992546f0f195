using Dialer.Calendars;

namespace Dialer.Domain.Calendars;

/// <summary>
/// The outer hours of a country (P60): no call starts outside them in the callee's zone, whatever a campaign says.
/// Russia 08–22 on weekdays and 09–20 at weekends; every other country 08–21.
/// </summary>
public static class OuterHours
{
    private static readonly WeeklyHours Russia = new(
    [
        .. Enumerable.Repeat(new[] { new MinuteRange(8 * 60, 22 * 60) }, 5),
        .. Enumerable.Repeat(new[] { new MinuteRange(9 * 60, 20 * 60) }, 2),
    ]);

    private static readonly WeeklyHours Elsewhere = WeeklyHours.EachDay(new MinuteRange(8 * 60, 21 * 60), _ => true);

    /// <summary>Where the country is not known: inside the outer hours of every country.</summary>
    public const string AnyCountry = "*";

    private static readonly WeeklyHours Everywhere = new(
        [.. Russia.Days.Zip(Elsewhere.Days, (a, b) => new[] { a[0].Intersect(b[0]) })]);

    /// <param name="country">ISO country; one that is not known has the hours of "every other country".</param>
    public static WeeklyHours Of(string country) => country switch
    {
        "RU" => Russia,
        AnyCountry => Everywhere,
        _ => Elsewhere,
    };
}
