using Dialer.Calendars;
using Dialer.Campaigns;
using NodaTime;

namespace Dialer.Tests.Calendars;

/// <summary>
/// A lane to judge, and the slow, obvious way to judge it: ask every clock what it shows at this very instant.
/// Written from P3, P4 and P60 alone; shares nothing with the calendar but the settings records.
/// </summary>
public sealed record CalendarCase(CampaignTerms Terms, string Zone, CallPolicy? Policy, UnixTime NotAfter = default)
{
    private AmbiguousZonePolicy Ambiguous => Terms.Settings.AmbiguousZone;

    private string[] Candidates => Zone.Length == 0 ? [] : Zone.Split('|');

    private bool IsCertain => Candidates.Length == 1;

    private bool LocalTime => Terms.Settings.UseSubscriberLocalTime;

    public bool Skips => LocalTime && !IsCertain && Ambiguous == AmbiguousZonePolicy.SkipAndReport;

    /// <summary>The zones in which the windows are judged (P4).</summary>
    public string[] WindowZones =>
        LocalTime && (IsCertain || (Ambiguous == AmbiguousZonePolicy.Strict && Candidates.Length > 0)) ? Candidates : [Terms.Settings.TimeZone];

    /// <summary>The zones in which the outer hours are judged (P60), each with the country whose hours they are.</summary>
    public (string Zone, string Country)[] OuterZones
    {
        get
        {
            if (!Terms.Care.OuterHours || Terms.Settings.OuterHoursException is not null)
            {
                return [];
            }

            var countries = Candidates.Length == 0 ? [Terms.Country] : Candidates.Select(CountryOf).ToArray();
            var inCallee = IsCertain || (LocalTime && Candidates.Length > 0 && Ambiguous != AmbiguousZonePolicy.CampaignZone);
            return [.. countries.Select((country, i) => (inCallee ? Candidates[i] : Terms.Settings.TimeZone, country))];
        }
    }

    /// <summary>May a call start at this instant?</summary>
    public bool IsOpen(UnixTime at)
    {
        if (Skips || (!NotAfter.IsNone && at >= NotAfter))
        {
            return false;
        }

        var rung = at + Terms.Channel.RingTimeout;
        return WindowZones.All(zone => InWindow(Local(at, zone)))
            && OuterZones.All(outer => InOuter(Local(at, outer.Zone), outer.Country) && InOuter(Local(rung, outer.Zone), outer.Country));
    }

    public static LocalDateTime Local(UnixTime at, string zone)
    {
        var clock = zone[0] is '+' or '-'
            ? DateTimeZone.ForOffset(NodaTime.Text.OffsetPattern.CreateWithInvariantCulture("+HH:mm").Parse(zone).Value)
            : DateTimeZoneProviders.Tzdb[zone];
        return Instant.FromUnixTimeMilliseconds(at.Ms).InZone(clock).LocalDateTime;
    }

    public static bool InOuter(LocalDateTime local, string country)
    {
        var weekend = local.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;
        // of an offset nobody knows the country: inside the hours of all
        var (from, to) = country switch
        {
            "RU" => weekend ? (9, 20) : (8, 22),
            "*" => weekend ? (9, 20) : (8, 21),
            _ => (8, 21),
        };
        return local.Hour >= from && local.Hour < to;
    }

    public bool InWindow(LocalDateTime local)
    {
        var day = (int)local.DayOfWeek - 1;
        if (Policy?.AllowedDays is { } allowed && (allowed >> day & 1) == 0)
        {
            return false;
        }

        IEnumerable<MinuteRange> windows =
            Policy?.AllowedTime?[day] is { } own ? own
            : Policy?.DefaultTime is { } standard ? standard
            : Terms.Settings.CallingWindows.Days[day];
        return windows.Any(window => window.Contains(local.Hour * 60 + local.Minute));
    }

    private string CountryOf(string zone) =>
        NodaTime.TimeZones.TzdbDateTimeZoneSource.Default.ZoneLocations!.FirstOrDefault(l => l.ZoneId == zone)?.CountryCode ?? "*";
}
