using System.Collections.Concurrent;
using Dialer.Campaigns;
using Dialer.Domain.Calendars;

namespace Dialer.Grains.Subscribers;

/// <summary>
/// Compiled calendars of this silo, by the terms they were compiled from: all admissions of a campaign's epoch share one terms
/// object, so that a lane is compiled once and not per call.
/// </summary>
public sealed class LaneCalendars
{
    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<(CampaignId Campaign, LaneId Lane), (CampaignTerms Terms, LaneCalendar Calendar)> kept = new();

    public LaneCalendar Of(CampaignTerms terms, Lane lane)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(lane);
        var key = (terms.Campaign, lane.Id);
        if (kept.TryGetValue(key, out var found) && IsSame(found.Terms, terms))
        {
            return found.Calendar;
        }

        if (kept.Count >= MaxKept)
        {
            kept.Clear();
        }

        var calendar = LaneCalendar.Compile(terms, lane.Key.Zone, lane.Policy);
        kept[key] = (terms, calendar);
        return calendar;
    }

    // from another silo the terms come as a copy each time; records compare by value, and what a calendar depends on is small
    private static bool IsSame(CampaignTerms a, CampaignTerms b) =>
        ReferenceEquals(a, b) || (a.Settings == b.Settings && a.Care == b.Care && a.Country == b.Country && a.Channel.RingTimeoutSeconds == b.Channel.RingTimeoutSeconds);
}
