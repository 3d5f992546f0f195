using System.Collections.Frozen;
using NodaTime;
using NodaTime.TimeZones;

namespace Dialer.Domain.Calendars;

/// <summary>
/// The world's zones: which exist, which country each belongs to, what clock a stored key stands for. From the zone table
/// that ships with NodaTime, so that no two silos disagree because one machine's table is old.
/// </summary>
public static class ZoneCatalog
{
    private static readonly TzdbDateTimeZoneSource Source = TzdbDateTimeZoneSource.Default;

    private static readonly DateTimeZoneCache Zones = new(Source);

    private static readonly FrozenSet<string> Ids = Source.GetIds().ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IdsBySpan =
        Ids.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, string> CountryByZone =
        Source.ZoneLocations!.ToFrozenDictionary(location => location.ZoneId, location => location.CountryCode, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string[]> ZonesByCountry = Source.ZoneLocations!
        .GroupBy(location => location.CountryCode)
        .ToFrozenDictionary(group => group.Key, group => group.Select(location => location.ZoneId).ToArray(), StringComparer.Ordinal);

    /// <summary>The version of the zone table, shown to operators: zones change by law.</summary>
    public static string Version => Source.TzdbVersion;

    /// <summary>Zones of a country, as tzdb's zone.tab names them; empty for a country it does not know.</summary>
    public static IReadOnlyList<string> ZonesOf(string country) => ZonesByCountry.GetValueOrDefault(country, []);

    /// <summary>ISO country of one zone; null for an offset, for <c>Etc/…</c> and for anything that is not one zone's key.</summary>
    public static string? CountryOf(string zone) => CountryByZone.GetValueOrDefault(zone);

    /// <summary>
    /// The id under which a zone is stored: of an old alias (<c>Asia/Calcutta</c>) the name that belongs to a country, so
    /// that equal zones share a lane and P60 finds their country; of every other id itself. Null when there is no such zone.
    /// </summary>
    public static string? FindId(ReadOnlySpan<char> text)
    {
        if (!IdsBySpan.TryGetValue(text, out var id))
        {
            return null;
        }

        if (CountryByZone.ContainsKey(id))
        {
            return id;
        }

        var canonical = Source.CanonicalIdMap[id];
        return CountryByZone.ContainsKey(canonical) && IsSoleNameOf(id, canonical) ? canonical : id;
    }

    /// <summary>All ids that share the clock of this one by an alias of the zone table, itself included.</summary>
    public static IEnumerable<string> SameClock(string id) =>
        Source.CanonicalIdMap.TryGetValue(id, out var canonical) ? Source.Aliases[canonical].Append(canonical) : [];

    /// <summary>
    /// The clock of one stored zone: an IANA id or an offset <c>±hh:mm[:ss]</c>. Null for candidates, for nothing and for an
    /// id that the zone table no longer has.
    /// </summary>
    public static DateTimeZone? Clock(string zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (zone.Length == 0)
        {
            return null;
        }

        return zone[0] is '+' or '-'
            ? OffsetText.TryParse(zone, out var seconds) ? DateTimeZone.ForOffset(Offset.FromSeconds(seconds)) : null
            : Ids.Contains(zone) ? Zones[zone] : null;
    }

    // Old links such as Europe/Amsterdam -> Europe/Brussels join countries; only a link that merely renames is followed.
    private static bool IsSoleNameOf(string alias, string canonical) =>
        !Source.Aliases[canonical].Any(other => other != alias && CountryByZone.ContainsKey(other));
}
