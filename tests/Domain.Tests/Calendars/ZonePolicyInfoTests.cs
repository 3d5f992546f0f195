using Dialer.Calendars;
using Dialer.Domain.Calendars;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Calendars;

/// <summary>P4: what the operator is told before choosing the campaign's zone for numbers without a certain one.</summary>
public class ZonePolicyInfoTests
{
    private static readonly UnixTime Now = At("2026-07-05T12:00:00Z");

    [Fact]
    public void RussianMobiles_CouldRingAtThreeInTheMorning_InKamchatka()
    {
        var reach = ZonePolicyInfo.CampaignZoneReach(Moscow, CalendarGen.RussianMobile, Now);
        Assert.Equal(new ZoneReach("Europe/Kaliningrad", 8 * 60, "Asia/Anadyr", 27 * 60), reach);
        Assert.Equal("03:00 of the next day in Asia/Anadyr", reach?.LatestText);
        Assert.Equal("08:00 in Europe/Kaliningrad", reach?.EarliestText);
    }

    [Fact]
    public void SummerTime_IsCounted_WheneverItIsNow()
    {
        // Berlin is one hour behind Moscow in summer and two in winter
        var reach = ZonePolicyInfo.CampaignZoneReach(Moscow, "Europe/Berlin|Europe/Moscow", Now);
        Assert.Equal(new ZoneReach("Europe/Berlin", 7 * 60, "Europe/Moscow", 18 * 60), reach);
    }

    [Fact]
    public void OuterHours_AreCutInTheCampaignsZone()
    {
        var terms = Of("Europe/Moscow", Daily("00:00", "24:00"), outerHours: true, ringSeconds: 60);
        var reach = ZonePolicyInfo.CampaignZoneReach(terms, "Asia/Omsk|Europe/Kaliningrad", Now);
        Assert.Equal(new ZoneReach("Europe/Kaliningrad", 7 * 60, "Asia/Omsk", 25 * 60 - 1), reach);
    }

    [Fact]
    public void DayBefore_IsNamed()
    {
        var reach = ZonePolicyInfo.CampaignZoneReach(Of("Asia/Tokyo", Daily("05:00", "06:00")), "America/New_York|Asia/Tokyo", Now);
        Assert.Equal("15:00 of the day before in America/New_York", reach?.EarliestText);
    }

    [Fact]
    public void RoundTheClock_IsAnyHour()
    {
        var reach = ZonePolicyInfo.CampaignZoneReach(Of("Europe/Moscow", WeeklyHours.Always), "Asia/Omsk|Asia/Tomsk", Now);
        Assert.Equal((0, 24 * 60), (reach?.Earliest, reach?.Latest));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(26 * 60 + 59, false)]
    [InlineData(27 * 60, true)]
    [InlineData(28 * 60, true)]
    public void CampaignZone_NeedsTheLatestHourConfirmed_AsItWasTold_P4(int? confirmed, bool isTaken)
    {
        var terms = Moscow with
        {
            Country = "RU",
            Settings = Moscow.Settings with { AmbiguousZone = AmbiguousZonePolicy.CampaignZone, LatestMinuteConfirmed = confirmed },
        };
        var refusal = ZonePolicyInfo.RefuseUnconfirmed(terms, Now);
        Assert.Equal(isTaken, refusal is null);
        if (refusal is not null)
        {
            Assert.Equal(("zone_unconfirmed", "latestHourConfirmed"), (refusal.Code, refusal.Field));
            Assert.Contains("until 03:00 of the next day in Asia/", refusal.Text, StringComparison.Ordinal);
            Assert.Contains("\"27:00\"", refusal.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NothingIsToBeConfirmed_WithAnotherPolicy_OneZone_OrLocalTimeOff_P4()
    {
        var chosen = Moscow with { Country = "RU", Settings = Moscow.Settings with { AmbiguousZone = AmbiguousZonePolicy.CampaignZone } };
        Assert.NotNull(ZonePolicyInfo.RefuseUnconfirmed(chosen, Now));
        Assert.Null(ZonePolicyInfo.RefuseUnconfirmed(chosen with { Country = "BY" }, Now));
        Assert.Null(ZonePolicyInfo.RefuseUnconfirmed(chosen with { Settings = chosen.Settings with { UseSubscriberLocalTime = false } }, Now));
        Assert.Null(ZonePolicyInfo.RefuseUnconfirmed(chosen with { Settings = chosen.Settings with { AmbiguousZone = AmbiguousZonePolicy.SafeHours } }, Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mars/Base")]
    public void NoCandidates_HaveNoReach(string zone) => Assert.Null(ZonePolicyInfo.CampaignZoneReach(Moscow, zone, Now));
}
