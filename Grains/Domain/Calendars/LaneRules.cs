using Dialer.Calendars;
using Dialer.Campaigns;
using NodaTime;

namespace Dialer.Domain.Calendars;

/// <summary>
/// Compiles what decides a lane's hours: the week in force on the clocks that P4 names, and the outer hours of P60 on the
/// clocks it names. A call may start when all of them are open at once.
/// </summary>
internal sealed class LaneRules
{
    private readonly CampaignTerms terms;
    private readonly DateTimeZone home;
    private readonly string[] candidates;

    private LaneRules(CampaignTerms terms, string zone)
    {
        this.terms = terms;
        home = ZoneCatalog.Clock(terms.Settings.TimeZone)
            ?? throw new ArgumentException($"The campaign's time zone '{terms.Settings.TimeZone}' does not exist.", nameof(terms));
        candidates = [.. zone.Split('|').Where(candidate => ZoneCatalog.Clock(candidate) is not null)];
        IsCertain = candidates.Length == 1 && !zone.Contains('|', StringComparison.Ordinal);
    }

    /// <summary>Whether the zone is one, and known.</summary>
    private bool IsCertain { get; }

    /// <param name="terms">The campaign's terms.</param>
    /// <param name="zone">Key of the zone as found: one, candidates or empty.</param>
    /// <param name="policy">The job's own conditions; null = none.</param>
    /// <returns>The hours that must all be open; null when the policy skips such numbers.</returns>
    public static LocalHours[]? Compile(CampaignTerms terms, string zone, CallPolicy? policy)
    {
        var rules = new LaneRules(terms, zone);
        if (rules.Clocks() is not { } clocks)
        {
            return null;
        }

        var week = PolicyWeek.Of(terms.Settings.CallingWindows, policy);
        var windows = clocks.Windows.Distinct().Select(clock => new LocalHours(clock, week, TimeSpan.Zero));
        var outer = terms.Care.OuterHours && string.IsNullOrWhiteSpace(terms.Settings.OuterHoursException)
            ? clocks.Outer.Select(o => (o.Clock, Hours: OuterHours.Of(o.Country))).Distinct()
                .Select(o => new LocalHours(o.Clock, o.Hours, terms.Channel.RingTimeout))
            : [];
        return [.. windows, .. outer];
    }

    private LaneClocks? Clocks()
    {
        var localTime = terms.Settings.UseSubscriberLocalTime;
        if (IsCertain)
        {
            // P60 protects the callee: a zone that is known is judged by, whatever clock the campaign's windows follow
            return localTime ? InEveryCandidate() : InEveryCandidate() with { Windows = [home] };
        }

        if (!localTime)
        {
            return AllAtHome();
        }

        return terms.Settings.AmbiguousZone switch
        {
            AmbiguousZonePolicy.SkipAndReport => null,
            _ when candidates.Length == 0 => AllAtHome(),
            AmbiguousZonePolicy.SafeHours => InEveryCandidate() with { Windows = [home] },
            AmbiguousZonePolicy.CampaignZone => AllAtHome(),
            AmbiguousZonePolicy.Strict => InEveryCandidate(),
            _ => throw new ArgumentOutOfRangeException(nameof(terms), terms.Settings.AmbiguousZone, "an unknown policy for ambiguous zones"),
        };
    }

    /// <summary>The campaign's clock stands for the callee's; whose outer hours hold is still a matter of the callee's country.</summary>
    private LaneClocks AllAtHome() => new(
        [home],
        candidates.Length == 0 ? [(home, terms.Country)] : candidates.Select(zone => (home, CountryOf(zone))));

    private LaneClocks InEveryCandidate() => new(
        candidates.Select(zone => ZoneCatalog.Clock(zone)!),
        candidates.Select(zone => (ZoneCatalog.Clock(zone)!, CountryOf(zone))));

    /// <summary>An offset belongs to no country: whoever lives there is called inside the hours of all of them.</summary>
    private static string CountryOf(string zone) => ZoneCatalog.CountryOf(zone) ?? OuterHours.AnyCountry;

    private sealed record LaneClocks(IEnumerable<DateTimeZone> Windows, IEnumerable<(DateTimeZone Clock, string Country)> Outer);
}
