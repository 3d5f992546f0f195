using Dialer.Calendars;
using Dialer.Domain.Calendars;
using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Tests.Numbers;

/// <summary>P4: the chain that finds a number's zone.</summary>
public class ZoneFinderTests
{
    private const string RussianMobile =
        "Asia/Anadyr|Asia/Irkutsk|Asia/Kamchatka|Asia/Krasnoyarsk|Asia/Magadan|Asia/Novosibirsk|Asia/Omsk|Asia/Sakhalin|"
        + "Asia/Vladivostok|Asia/Yakutsk|Asia/Yekaterinburg|Europe/Kaliningrad|Europe/Moscow|Europe/Samara";

    [Theory]
    [InlineData("8 (495) 123-45-67", "Europe/Moscow")]
    [InlineData("74951234567", "Europe/Moscow")]
    [InlineData("+7 423 222-33-44", "Asia/Vladivostok")]
    [InlineData("+7 4012 53-12-34", "Europe/Kaliningrad")]
    [InlineData("+7 343 222-33-44", "Asia/Yekaterinburg")]
    [InlineData("+7 383 222-33-44", "Asia/Novosibirsk")]
    [InlineData("+7 4152 22-33-44", "Asia/Kamchatka")]
    [InlineData("+7 846 222-33-44", "Europe/Samara")]
    [InlineData("+7 916 123 45 67", RussianMobile)]
    [InlineData("+7 914 700 00 00", RussianMobile)]
    [InlineData("+7 950 280 00 00", RussianMobile)]
    [InlineData("+7 800 100 00 00", RussianMobile)]
    [InlineData("+7 701 123 45 67", "Asia/Almaty|Asia/Aqtobe")]
    [InlineData("+7 727 222 33 44", "Asia/Almaty")]
    [InlineData("+375 29 123 45 67", "Europe/Minsk")]
    [InlineData("+375 17 212 34 56", "Europe/Minsk")]
    [InlineData("+1 212 555 0123", "America/New_York")]
    [InlineData("+1 650 253 0000", "America/Los_Angeles")]
    [InlineData("+44 20 7946 0000", "Europe/London")]
    [InlineData("+61 8 9321 1234", "Australia/Adelaide|Australia/Perth")]
    [InlineData("+372 601 23 45", "Europe/Tallinn")]
    [InlineData("+353 1 234 5678", "Europe/Dublin")]
    [InlineData("+977 1 4123456", "Asia/Kathmandu")]
    [InlineData("+91 98765 43210", "Asia/Kolkata")]
    [InlineData("+54 11 2345 6789", "America/Argentina/Buenos_Aires")]
    [InlineData("+691 320 1234", "Pacific/Pohnpei")]
    [InlineData("+970 59 912 3456", "Asia/Gaza|Asia/Hebron")]
    [InlineData("+383 43 201 234", "Europe/Belgrade")]
    [InlineData("+800 1234 5678", "")]
    public void Library_IsCutToTheCountrysZones(string text, string key)
    {
        var parsed = PhoneParser.Parse(text, "RU");
        Assert.True(parsed.IsValid);
        var found = ZoneFinder.Default.Find(parsed);
        Assert.Equal(key, found.Key);
        Assert.Equal(key.Length == 0 ? ZoneSource.None : ZoneSource.PhoneLibrary, found.Source);
        Assert.Equal(found, ZoneFinder.Default.Find(parsed.Phone));
    }

    [Fact]
    public void Chain_AsksTheGivenZoneFirst_ThenTheRanges_ThenTheLibrary()
    {
        var ranges = NumberRangesParser.Parse(["7916 Asia/Tomsk"]).Value;
        Assert.NotNull(ranges);
        var finder = new ZoneFinder(ranges);
        var inRange = PhoneParser.Parse("79161234567", "RU");
        Assert.Equal(new ZoneFound("+05:00", ZoneSource.ApiField), finder.Find(inRange, "+05:00", ZoneSource.ApiField));
        Assert.Equal(new ZoneFound("Asia/Tomsk", ZoneSource.RangeTable), finder.Find(inRange));
        Assert.Equal(new ZoneFound("Asia/Tomsk", ZoneSource.RangeTable), finder.Find(inRange, ""));
        Assert.Equal(ZoneSource.PhoneLibrary, finder.Find(PhoneParser.Parse("79261234567", "RU")).Source);
    }

    [Fact]
    public void NumberOfNoPlan_HasNoZone()
    {
        Assert.Equal(ZoneFound.Nothing, ZoneFinder.Default.Find(new PhoneNumber(99999)));
    }

    [Fact]
    public void EqualAnswers_ShareOneString()
    {
        var a = ZoneFinder.Default.Find(PhoneParser.Parse("79161234567", "RU"));
        var b = ZoneFinder.Default.Find(PhoneParser.Parse("79261234568", "RU"));
        Assert.Same(a.Key, b.Key);
    }

    [Fact]
    public void EveryKeyThatIsFound_HasClocks()
    {
        var library = PhoneNumbers.PhoneNumberUtil.GetInstance();
        foreach (var region in library.GetSupportedRegions())
        {
            foreach (var type in new[] { PhoneNumbers.PhoneNumberType.FIXED_LINE, PhoneNumbers.PhoneNumberType.MOBILE })
            {
                if (library.GetExampleNumberForType(region, type) is not { } example)
                {
                    continue;
                }

                var text = library.Format(example, PhoneNumbers.PhoneNumberFormat.E164);
                var parsed = PhoneParser.Parse(text, region);
                Assert.True(parsed.IsValid, region);
                var found = ZoneFinder.Default.Find(parsed);
                Assert.False(found.IsNone, region);
                Assert.All(found.Candidates, zone => Assert.NotNull(ZoneCatalog.Clock(zone)));
                Assert.Equal([.. found.Candidates.Order(StringComparer.Ordinal)], found.Candidates);
            }
        }
    }
}
