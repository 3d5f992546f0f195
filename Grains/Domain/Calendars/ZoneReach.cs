using System.Globalization;

namespace Dialer.Domain.Calendars;

/// <summary>
/// The local hours at which candidates of an uncertain zone could be rung when the campaign's zone is taken for theirs (P4).
/// Minutes count from midnight of the campaign's day and run below 0 and over 1440: 27:00 is 03:00 of the next day.
/// </summary>
/// <param name="EarliestZone">Where it rings earliest.</param>
/// <param name="Earliest">Local minute of the first start there.</param>
/// <param name="LatestZone">Where it rings latest.</param>
/// <param name="Latest">Local minute before which the last start is there.</param>
public readonly record struct ZoneReach(string EarliestZone, int Earliest, string LatestZone, int Latest)
{
    /// <summary>For the operator, who confirms it: <c>03:00 of the next day in Asia/Kamchatka</c>.</summary>
    public string LatestText => $"{Clock(Latest)} in {LatestZone}";

    /// <summary>What the operator sends back to confirm it: <c>27:00</c>.</summary>
    public string LatestClock => string.Create(CultureInfo.InvariantCulture, $"{(Latest < 0 ? "-" : "")}{Math.Abs(Latest) / 60:00}:{Math.Abs(Latest) % 60:00}");

    public string EarliestText => $"{Clock(Earliest)} in {EarliestZone}";

    private static string Clock(int minute)
    {
        const int day = 24 * 60;
        var (shift, rest) = Math.DivRem(minute, day);
        (shift, rest) = rest < 0 ? (shift - 1, rest + day) : (shift, rest);
        var clock = string.Create(CultureInfo.InvariantCulture, $"{rest / 60:00}:{rest % 60:00}");
        return shift switch
        {
            0 => clock,
            1 => $"{clock} of the next day",
            -1 => $"{clock} of the day before",
            _ => string.Create(CultureInfo.InvariantCulture, $"{clock} of the {shift:+0;-0} day"),
        };
    }
}
