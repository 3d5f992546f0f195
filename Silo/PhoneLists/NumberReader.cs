using Dialer.Calendars;
using Dialer.Domain.Numbers;
using Dialer.Grains.Accounts;
using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>The parser and the zone chain of Domain, with the organisation's country.</summary>
internal sealed class NumberReader(OrganisationBoard organisation, ZoneFinder zones) : INumberReader
{
    public Answer<ReadNumber> Read(string text, string? gmtZone)
    {
        var parsed = PhoneParser.Parse(text, organisation.Current.Country);
        if (!parsed.IsValid)
        {
            return new Refusal("phone_bad_format", parsed.Refusal!.Text, Field: "phone");
        }

        string? given = null;
        if (!string.IsNullOrEmpty(gmtZone) && !GmtZoneGrammar.TryParse(gmtZone, out given))
        {
            return new Refusal("gmt_zone_bad_format", GmtZoneGrammar.Refusal.Text, Field: "gmtZone");
        }

        return new ReadNumber(parsed.Phone, zones.Find(parsed, given, ZoneSource.ApiField));
    }
}
