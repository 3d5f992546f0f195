using System.Collections.Concurrent;
using Dialer.Domain.Calendars;
using Dialer.Numbers;
using PhoneNumbers;
using PhoneNumber = Dialer.Numbers.PhoneNumber;

namespace Dialer.Domain.Numbers;

/// <summary>
/// The third link of P4's chain: what the phone library says, cut to the zones of the number's country. The library names
/// foreign zones with the same clock (Bucharest for Tallinn and, wrongly, for Kaliningrad), so its word alone is not enough.
/// </summary>
internal static class LibraryZones
{
    private const string Unknown = "Etc/Unknown";

    private static readonly PhoneNumberToTimeZonesMapper Mapper = PhoneNumberToTimeZonesMapper.GetInstance();

    /// <summary>Zones that the library gives to numbers of a country by mistake, and whose they are.</summary>
    private static readonly Dictionary<(string Country, string Zone), string> FixMap = new()
    {
        [("RU", "Europe/Bucharest")] = "Europe/Kaliningrad",
        [("BY", "Europe/Moscow")] = "Europe/Minsk",
    };

    // A few hundred distinct answers exist, so a million numbers share their strings and the work is done once per answer.
    private static readonly ConcurrentDictionary<Said, string> Keys = new(SaidComparer.Instance);

    private static readonly ConcurrentDictionary<(int CallingCode, string Country), string> CountryKeys = new();

    /// <summary>The zone key of a number; empty when nothing is known.</summary>
    public static string Find(PhoneNumber phone, NumberFacts facts)
    {
        if (NumberPlan.ToLibrary(phone) is not { } number)
        {
            return "";
        }

        if (facts.IsGeographic)
        {
            return Keys.GetOrAdd(new Said(facts.Country, Mapper.GetTimeZonesForGeographicalNumber(number)), Key);
        }

        // all non-geographic numbers of a calling code have one answer: that of any of them
        return CountryKeys.TryGetValue((number.CountryCode, facts.Country), out var key)
            ? key
            : CountryKeys.GetOrAdd((number.CountryCode, facts.Country), Key(new Said(facts.Country, Mapper.GetTimeZonesForNumber(number))));
    }

    /// <summary>The answer cut to the country's zones. When nothing is left the library knew nothing of use: all the country's zones.</summary>
    private static string Key(Said said)
    {
        var ofCountry = ZoneCatalog.ZonesOf(said.Country);
        if (ofCountry.Count == 1)
        {
            return ofCountry[0];
        }

        var named = said.Zones.Where(zone => zone != Unknown).Select(zone => FixMap.GetValueOrDefault((said.Country, zone), zone));
        if (ofCountry.Count == 0)
        {
            // a place without zones of its own in the zone table (Kosovo, Ascension): the library's word stands
            return Join(named.Where(zone => ZoneCatalog.Clock(zone) is not null));
        }

        var cut = Join(named.SelectMany(zone => InCountry(zone, ofCountry)));
        return cut.Length > 0 ? cut : Join(ofCountry);
    }

    /// <summary>The zone itself, or, when the library uses an old name, those of the country that go by it.</summary>
    private static IEnumerable<string> InCountry(string zone, IReadOnlyList<string> ofCountry) =>
        ofCountry.Contains(zone) ? [zone] : ZoneCatalog.SameClock(zone).Where(ofCountry.Contains);

    private static string Join(IEnumerable<string> zones) => string.Join('|', new SortedSet<string>(zones, StringComparer.Ordinal));

    private readonly record struct Said(string Country, List<string> Zones);

    private sealed class SaidComparer : IEqualityComparer<Said>
    {
        public static readonly SaidComparer Instance = new();

        public bool Equals(Said x, Said y) => x.Country == y.Country && x.Zones.SequenceEqual(y.Zones);

        public int GetHashCode(Said said)
        {
            // the first zone and the count tell nearly all answers apart; hashing sixteen names for each number would not pay
            return HashCode.Combine(said.Country, said.Zones.Count, said.Zones.Count == 0 ? "" : said.Zones[0]);
        }
    }
}
