using System.Globalization;
using Dialer.Calendars;
using Dialer.Campaigns;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>
/// What an operator wants to know before saying yes: when the first call comes and about when the last one ends. Judged in the
/// campaign's zone: numbers of other zones come earlier or later.
/// </summary>
/// <param name="FirstCall">The first instant at which a call may start.</param>
/// <param name="End">When everybody was called once, at the usual length of calls; null = not within a year.</param>
internal sealed record DialEstimate(DateTimeOffset FirstCall, DateTimeOffset? End)
{
    /// <summary>Seconds of an average call with its ringing: what an outbound campaign usually sees.</summary>
    public const int UsualCallSeconds = 30;

    private const int DaysAhead = 366;

    public static DialEstimate Of(CampaignSettings settings, long people, int callsPerSecond, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var perSecond = (double)settings.MaxSimultaneousCalls / UsualCallSeconds;
        if (callsPerSecond > 0)
        {
            perSecond = Math.Min(perSecond, callsPerSecond);
        }

        var left = TimeSpan.FromSeconds(people / perSecond);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.TimeZone);
        DateTimeOffset? first = null;
        foreach (var (from, to) in Windows(settings.CallingWindows, zone, now))
        {
            first ??= from;
            if (left <= to - from)
            {
                return new DialEstimate(first.Value, from + left + TimeSpan.FromSeconds(UsualCallSeconds));
            }

            left -= to - from;
        }

        return new DialEstimate(first ?? now, null);
    }

    /// <summary>An instant as the operator reads clocks: in the campaign's zone, with today's date left out.</summary>
    public static string Text(DateTimeOffset at, string timeZone, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        var (local, today) = (TimeZoneInfo.ConvertTime(at, zone), TimeZoneInfo.ConvertTime(now, zone));
        var format = local.Date == today.Date ? "HH:mm" : "ddd yyyy-MM-dd HH:mm";
        return $"{local.ToString(format, CultureInfo.InvariantCulture)} {timeZone}";
    }

    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Windows(WeeklyHours hours, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var day = 0; day < DaysAhead; day++)
        {
            var date = today.AddDays(day);
            foreach (var window in hours.Days[((int)date.DayOfWeek + 6) % 7])
            {
                var (from, to) = (At(date, window.From, zone), At(date, window.To, zone));
                if (to > now)
                {
                    yield return (from > now ? from : now, to);
                }
            }
        }
    }

    private static DateTimeOffset At(DateTime date, int minute, TimeZoneInfo zone)
    {
        var local = date.AddMinutes(minute);
        // a clock change within the window costs at most its hour: this is an estimate
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
