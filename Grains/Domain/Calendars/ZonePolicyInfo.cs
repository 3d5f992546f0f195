using Dialer.Calendars;
using Dialer.Campaigns;
using NodaTime;

namespace Dialer.Domain.Calendars;

/// <summary>What an operator is told before choosing <c>campaign-zone</c> for numbers whose zone is not certain (P4).</summary>
public static class ZonePolicyInfo
{
    /// <summary>Openings looked at: more than a year of daily ones, so that both turns of the clocks are among them.</summary>
    private const int MaxOpenings = 800;

    private static readonly TimeSpan Horizon = TimeSpan.FromDays(366);

    /// <summary>
    /// The earliest and latest local hour at which a number with these candidates could ring within a year from
    /// <paramref name="now"/>, were it judged in the campaign's zone. Null when no call would ever start or no zone is known.
    /// </summary>
    /// <param name="terms">The campaign's terms; its own policy for ambiguous zones does not matter.</param>
    /// <param name="zone">Candidates as found, <c>A|B|C</c>.</param>
    /// <param name="now">From when on.</param>
    public static ZoneReach? CampaignZoneReach(CampaignTerms terms, string zone, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(zone);
        var calendar = LaneCalendar.Compile(
            terms with { Settings = terms.Settings with { AmbiguousZone = AmbiguousZonePolicy.CampaignZone, UseSubscriberLocalTime = false } },
            zone,
            policy: null);
        var candidates = zone.Split('|').Where(candidate => ZoneCatalog.Clock(candidate) is not null).ToArray();
        if (candidates.Length == 0)
        {
            return null;
        }

        var home = ZoneCatalog.Clock(terms.Settings.TimeZone)!;
        ZoneReach? reach = null;
        var at = calendar.NextOpen(now);
        for (var i = 0; i < MaxOpenings && at < now + Horizon && !at.IsNever; i++)
        {
            foreach (var candidate in candidates)
            {
                reach = Wider(reach, Reach(candidate, home, calendar.OpenSince(at), calendar.ClosesAt(at)));
            }

            at = calendar.ClosesAt(at).IsNever ? UnixTime.Never : calendar.NextOpen(calendar.ClosesAt(at));
        }

        return reach;
    }

    /// <summary>
    /// Whoever chooses <c>campaign-zone</c> has seen the latest local hour at which it could ring, and confirmed it (P4); a wider reach than
    /// that is told anew. Null when there is nothing to confirm.
    /// </summary>
    public static Refusal? RefuseUnconfirmed(CampaignTerms terms, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var settings = terms.Settings;
        var zones = ZoneCatalog.ZonesOf(terms.Country);
        if (settings.AmbiguousZone != AmbiguousZonePolicy.CampaignZone || !settings.UseSubscriberLocalTime || zones.Count < 2)
        {
            return null;
        }

        return CampaignZoneReach(terms, string.Join('|', zones), now) is { } reach && !(settings.LatestMinuteConfirmed >= reach.Latest)
            ? new Refusal(
                "zone_unconfirmed",
                $"A number whose zone is not certain could ring until {reach.LatestText}, and from {reach.EarliestText}. "
                + $"Send latestHourConfirmed \"{reach.LatestClock}\" if that is meant, or choose another ambiguousZone.",
                Field: "latestHourConfirmed")
            : null;
    }

    private static ZoneReach Reach(string candidate, DateTimeZone home, UnixTime opens, UnixTime closes)
    {
        if (closes - opens >= TimeSpan.FromDays(1))
        {
            return new ZoneReach(candidate, 0, candidate, MinuteRange.MinutesPerDay);
        }

        var clock = ZoneCatalog.Clock(candidate)!;
        var midnight = Local(opens, home).Date.AtMidnight();
        return new ZoneReach(candidate, MinutesFrom(midnight, Local(opens, clock)), candidate, MinutesFrom(midnight, Local(closes, clock)));
    }

    private static LocalDateTime Local(UnixTime at, DateTimeZone clock) =>
        Instant.FromUnixTimeMilliseconds(at.Ms).InZone(clock).LocalDateTime;

    private static int MinutesFrom(LocalDateTime midnight, LocalDateTime local) =>
        (int)Period.Between(midnight, local, PeriodUnits.Minutes).Minutes;

    private static ZoneReach Wider(ZoneReach? known, ZoneReach other)
    {
        if (known is not { } reach)
        {
            return other;
        }

        var (earliestZone, earliest) = other.Earliest < reach.Earliest ? (other.EarliestZone, other.Earliest) : (reach.EarliestZone, reach.Earliest);
        var (latestZone, latest) = other.Latest > reach.Latest ? (other.LatestZone, other.Latest) : (reach.LatestZone, reach.Latest);
        return new ZoneReach(earliestZone, earliest, latestZone, latest);
    }
}
