using Dialer.Accounts;
using NodaTime;

namespace Dialer.Domain.Calendars;

/// <summary>
/// Frequency caps of a phone over all campaigns (P58): calls started per local day, week (from Monday) and calendar month,
/// and in any rolling hours. Local means the callee's zone where it is certain, else the campaign's.
/// </summary>
public static class FrequencyCaps
{
    /// <summary>The longest rolling cap: starts are kept for a month.</summary>
    public const int MaxRollingHours = 31 * 24;

    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;

    /// <param name="care">The caps; 0 = none. A limit above <see cref="CallStarts.MaxStarts"/> counts as that.</param>
    /// <param name="starts">The phone's starts so far.</param>
    /// <param name="zone">The callee's zone as found; if not certain, the campaign's stands for it.</param>
    /// <param name="campaignZone">The campaign's zone.</param>
    /// <param name="now">When the call would start.</param>
    public static CapVerdict Check(CareSettings care, CallStarts starts, string zone, string campaignZone, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(care);
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(campaignZone);
        if (starts.Count == 0 || !care.HasCaps)
        {
            return CapVerdict.Allowed;
        }

        var clock = ZoneCatalog.Clock(zone) ?? ZoneCatalog.Clock(campaignZone)
            ?? throw new ArgumentException($"The campaign's time zone '{campaignZone}' does not exist.", nameof(campaignZone));
        var today = Instant.FromUnixTimeMilliseconds(now.Ms).InZone(clock).Date;
        var monday = today.PlusDays(1 - (int)today.DayOfWeek);
        var first = new LocalDate(today.Year, today.Month, 1);

        var verdict = Period(CapKind.Day, care.CallsPerDay, starts, clock, today, today.PlusDays(1));
        verdict = Longer(verdict, Period(CapKind.Week, care.CallsPerWeek, starts, clock, monday, monday.PlusDays(7)));
        verdict = Longer(verdict, Period(CapKind.Month, care.CallsPerMonth, starts, clock, first, first.PlusMonths(1)));
        return Longer(verdict, Rolling(care.CallsPerRollingHours, care.RollingHours, starts, now));
    }

    private static CapVerdict Period(CapKind cap, int limit, CallStarts starts, DateTimeZone clock, LocalDate from, LocalDate to)
    {
        if (limit <= 0)
        {
            return CapVerdict.Allowed;
        }

        var begins = StartOf(from, clock);
        var ends = StartOf(to, clock);
        var count = 0;
        for (var i = 0; i < starts.Count; i++)
        {
            count += starts[i] >= begins && starts[i] < ends ? 1 : 0;
        }

        return count >= Math.Min(limit, CallStarts.MaxStarts) ? new CapVerdict(cap, ends) : CapVerdict.Allowed;
    }

    private static CapVerdict Rolling(int limit, int hours, CallStarts starts, UnixTime now)
    {
        limit = Math.Min(limit, CallStarts.MaxStarts);
        if (limit <= 0 || hours <= 0 || starts.Count < limit)
        {
            return CapVerdict.Allowed;
        }

        // Starts are known to the minute: each counts as if it had come at the minute's very end. Of the newest `limit` ones
        // the oldest must have left the span.
        var leaves = starts[starts.Count - limit] + TimeSpan.FromMilliseconds(MinuteMs + Math.Min(hours, MaxRollingHours) * HourMs);
        return now < leaves ? new CapVerdict(CapKind.RollingHours, leaves) : CapVerdict.Allowed;
    }

    private static CapVerdict Longer(CapVerdict a, CapVerdict b) => b.Until > a.Until ? b : a;

    private static UnixTime StartOf(LocalDate day, DateTimeZone clock) =>
        new(clock.AtStartOfDay(day).ToInstant().ToUnixTimeMilliseconds());
}
