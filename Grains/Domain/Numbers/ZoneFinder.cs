using Dialer.Calendars;
using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>
/// The visible chain of P4: a given zone (list column or API field) → the number-range table → the phone library within the
/// number's country → nothing. Done once, when a number is added; what is made of the answer is judged later.
/// Equal answers share one string, so a million numbers cost a few hundred keys.
/// </summary>
public sealed class ZoneFinder(NumberRanges ranges)
{
    /// <summary>Without a range table.</summary>
    public static readonly ZoneFinder Default = new(NumberRanges.Empty);

    /// <param name="phone">A parsed phone: its facts are at hand.</param>
    /// <param name="givenZone">Key of the zone given with the number (<see cref="GmtZoneGrammar"/>); null or empty = none.</param>
    /// <param name="givenBy">Where it was given.</param>
    public ZoneFound Find(in ParsedPhone phone, string? givenZone = null, ZoneSource givenBy = ZoneSource.ListColumn)
    {
        if (!string.IsNullOrEmpty(givenZone))
        {
            return new ZoneFound(givenZone, givenBy);
        }

        if (ranges.Find(phone.Phone) is { } ranged)
        {
            return new ZoneFound(ranged, ZoneSource.RangeTable);
        }

        var key = phone.Facts.Country is null ? "" : LibraryZones.Find(phone.Phone, phone.Facts);
        return key.Length == 0 ? ZoneFound.Nothing : new ZoneFound(key, ZoneSource.PhoneLibrary);
    }

    /// <summary>The same for a number stored before: what an operator's "find the zones anew" does.</summary>
    public ZoneFound Find(PhoneNumber phone, string? givenZone = null, ZoneSource givenBy = ZoneSource.ListColumn)
    {
        _ = NumberPlan.TryRead(phone, out var facts);
        return Find(new ParsedPhone(phone, facts, false, null), givenZone, givenBy);
    }
}
