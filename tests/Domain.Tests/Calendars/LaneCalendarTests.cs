using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Subscribers;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Calendars;

/// <summary>P3, P4, P60: windows, zones and outer hours on the days that are odd.</summary>
public class LaneCalendarTests
{
    private static readonly CallPolicy NightPolicy = new() { DefaultTime = [Window("02:15", "02:45")] };

    [Theory]
    [InlineData("2026-07-06T08:59:59.999+03:00", false)]
    [InlineData("2026-07-06T09:00:00+03:00", true)]
    [InlineData("2026-07-06T17:59:59.999+03:00", true)]
    [InlineData("2026-07-06T18:00:00+03:00", false)]
    [InlineData("2026-07-10T12:00:00+03:00", true)]
    [InlineData("2026-07-11T12:00:00+03:00", false)]
    [InlineData("2026-07-12T12:00:00+03:00", false)]
    public void DefaultWindow_IsMondayToFriday_FromNineUpToEighteen(string at, bool open)
    {
        Assert.Equal(open, Moscow.Calendar("Europe/Moscow").IsOpen(At(at)));
    }

    [Fact]
    public void Window_TellsWhenItOpenedAndCloses()
    {
        var calendar = Moscow.Calendar("Europe/Moscow");
        var now = At("2026-07-06T12:00:00+03:00");
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), calendar.OpenSince(now));
        Assert.Equal(At("2026-07-06T18:00:00+03:00"), calendar.ClosesAt(now));
        Assert.Equal(now, calendar.NextOpen(now));
    }

    [Fact]
    public void FridayEvening_WaitsForMonday()
    {
        var calendar = Moscow.Calendar("Europe/Moscow");
        var friday = At("2026-07-10T18:00:00+03:00");
        Assert.Equal(At("2026-07-13T09:00:00+03:00"), calendar.NextOpen(friday));
        Assert.Equal(UnixTime.None, calendar.OpenSince(friday));
        Assert.Equal(UnixTime.None, calendar.ClosesAt(friday));
    }

    [Fact]
    public void SundayNightWindow_IsOfSunday_AndMondaysBeginsAtMidnight()
    {
        var week = new WeeklyHours([[Window("00:00", "01:00")], [], [], [], [], [], [Window("22:00", "24:00")]]);
        var calendar = Of("Europe/Moscow", week).Calendar("Europe/Moscow");
        var sunday = At("2026-07-12T23:00:00+03:00");
        Assert.Equal(At("2026-07-12T22:00:00+03:00"), calendar.OpenSince(sunday));
        Assert.Equal(At("2026-07-13T01:00:00+03:00"), calendar.ClosesAt(sunday));
        Assert.Equal(At("2026-07-19T22:00:00+03:00"), calendar.NextOpen(calendar.ClosesAt(sunday)));
    }

    [Fact]
    public void WholeDayOfOneDay_LastsFromMidnightToMidnight()
    {
        var week = WeeklyHours.EachDay(MinuteRange.WholeDay, day => day == 2);
        var calendar = Of("Europe/Moscow", week).Calendar("Europe/Moscow");
        var wednesday = calendar.NextOpen(At("2026-07-06T12:00:00+03:00"));
        Assert.Equal(At("2026-07-08T00:00:00+03:00"), wednesday);
        Assert.Equal(At("2026-07-09T00:00:00+03:00"), calendar.ClosesAt(wednesday));
    }

    [Fact]
    public void AllDaysAllHours_NeverCloses()
    {
        var calendar = Of("Europe/Moscow", WeeklyHours.Always).Calendar("Asia/Tokyo");
        var now = At("2026-07-06T03:00:00Z");
        Assert.True(calendar.IsAlways);
        Assert.True(calendar.IsOpen(now));
        Assert.Equal(UnixTime.None, calendar.OpenSince(now));
        Assert.Equal(UnixTime.Never, calendar.ClosesAt(now));
    }

    [Fact]
    public void AllDaysAllHours_EndAtTheFinishInstant()
    {
        var finish = At("2026-07-06T12:00:00Z");
        var calendar = Of("Europe/Moscow", WeeklyHours.Always).Calendar("Asia/Tokyo").Until(finish);
        Assert.Equal(finish, calendar.ClosesAt(At("2026-07-06T03:00:00Z")));
        Assert.False(calendar.IsOpen(finish));
        Assert.Equal(EndReason.Expired, calendar.WhyNever(finish));
        Assert.True(calendar.NextOpen(finish).IsNever);
    }

    [Fact]
    public void WindowBehindTheFinishInstant_IsNeverReached()
    {
        var calendar = Moscow.Calendar("Europe/Moscow").Until(At("2026-07-06T09:00:00+03:00"));
        Assert.True(calendar.NextOpen(At("2026-07-05T12:00:00+03:00")).IsNever);
        Assert.Equal(EndReason.Expired, calendar.WhyNever(At("2026-07-05T12:00:00+03:00")));
        Assert.False(calendar.IsNever);
    }

    [Fact]
    public void WeekWithoutWindows_IsNever()
    {
        var calendar = Moscow.Calendar("Europe/Moscow", new CallPolicy { AllowedDays = 0b1100000 });
        Assert.True(calendar.IsNever);
        Assert.Equal(EndReason.NeverOpen, calendar.WhyNever(At("2026-07-06T12:00:00Z")));
    }

    [Fact]
    public void NightWindow_IsNeverWithinTheOuterHours()
    {
        var terms = Of("Europe/Moscow", outerHours: true);
        var calendar = terms.Calendar("Europe/Moscow", NightPolicy);
        Assert.True(calendar.NextOpen(At("2026-07-06T12:00:00Z")).IsNever);
        Assert.Equal(EndReason.NeverOpen, calendar.WhyNever(At("2026-07-06T12:00:00Z")));
    }

    [Fact]
    public void EndOfTime_IsNever()
    {
        Assert.True(Moscow.Calendar("Europe/Moscow").NextOpen(UnixTime.Never).IsNever);
        Assert.False(Moscow.Calendar("Europe/Moscow").IsOpen(UnixTime.Never));
        Assert.False(Moscow.Calendar("Europe/Moscow").IsOpen(UnixTime.None));
    }

    // --- P4: whose clock

    [Theory]
    [InlineData("Europe/Kaliningrad", "2026-07-06T09:00:00+02:00")]
    [InlineData("Asia/Kamchatka", "2026-07-06T09:00:00+12:00")]
    [InlineData("Asia/Kathmandu", "2026-07-06T09:00:00+05:45")]
    [InlineData("+05:45", "2026-07-06T09:00:00+05:45")]
    [InlineData("-11:00", "2026-07-06T09:00:00-11:00")]
    [InlineData("Europe/London", "2026-07-06T09:00:00+01:00")]
    public void LocalTime_OpensAtNineOfTheCallee(string zone, string opens)
    {
        var calendar = Moscow.Calendar(zone);
        Assert.Equal(At(opens), calendar.NextOpen(At("2026-07-05T14:00:00Z")));
    }

    [Fact]
    public void LocalTimeOff_OpensAtNineOfTheCampaign_WhateverTheZone()
    {
        var calendar = Of("Europe/Moscow", localTime: false).Calendar("Asia/Kamchatka");
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), calendar.NextOpen(At("2026-07-05T12:00:00Z")));
    }

    [Fact]
    public void UnknownZoneId_IsJudgedAsNoZone()
    {
        var calendar = Moscow.Calendar("Mars/Base");
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), calendar.NextOpen(At("2026-07-05T12:00:00Z")));
    }

    [Fact]
    public void CampaignZoneThatDoesNotExist_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Of("Mars/Base").Calendar("Europe/Moscow"));
    }

    [Theory]
    [InlineData(CalendarGen.RussianMobile)]
    [InlineData(CalendarGen.RussianMobile + "|Asia/Almaty|Asia/Aqtobe")] // all sixteen that the library names for +7
    public void SafeHours_ForRussianMobiles_AreNineToThirteenMoscow(string candidates)
    {
        var calendar = Of("Europe/Moscow", outerHours: true, ringSeconds: 40).Calendar(candidates);
        var monday = calendar.NextOpen(At("2026-07-05T12:00:00+03:00"));
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), monday);
        Assert.Equal(At("2026-07-06T12:59:20+03:00"), calendar.ClosesAt(monday)); // 13:00 less the ring timeout
        var friday = At("2026-07-10T12:00:00+03:00");
        Assert.Equal(At("2026-07-10T09:00:00+03:00"), calendar.OpenSince(friday));
    }

    [Fact]
    public void StrictHours_ForRussianMobiles_AreNever()
    {
        var calendar = Of("Europe/Moscow", ambiguous: AmbiguousZonePolicy.Strict).Calendar(CalendarGen.RussianMobile);
        Assert.Equal(EndReason.NeverOpen, calendar.WhyNever(At("2026-07-06T12:00:00Z")));
    }

    [Fact]
    public void StrictHours_AreWhatAllCandidatesShare()
    {
        var calendar = Of("Australia/Sydney", ambiguous: AmbiguousZonePolicy.Strict).Calendar("Australia/Adelaide|Australia/Perth");
        var opens = calendar.NextOpen(At("2026-07-05T12:00:00Z"));
        Assert.Equal(At("2026-07-06T09:00:00+08:00"), opens);
        Assert.Equal(At("2026-07-06T18:00:00+09:30"), calendar.ClosesAt(opens));
    }

    [Fact]
    public void CampaignZonePolicy_TakesTheCampaignsClockForTheirs()
    {
        var calendar = Of("Europe/Moscow", ambiguous: AmbiguousZonePolicy.CampaignZone, outerHours: true).Calendar(CalendarGen.RussianMobile);
        var opens = calendar.NextOpen(At("2026-07-05T12:00:00Z"));
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), opens);
        Assert.Equal(At("2026-07-06T18:00:00+03:00"), calendar.ClosesAt(opens));
    }

    [Theory]
    [InlineData("")]
    [InlineData(CalendarGen.RussianMobile)]
    public void SkipAndReport_EndsJobsWithoutAZone(string zone)
    {
        var calendar = Of("Europe/Moscow", ambiguous: AmbiguousZonePolicy.SkipAndReport).Calendar(zone);
        Assert.True(calendar.Skip);
        Assert.Equal(EndReason.ZoneUnknown, calendar.WhyNever(At("2026-07-06T12:00:00Z")));
    }

    [Theory]
    [InlineData("Europe/Moscow", true)]
    [InlineData("", false)]
    public void SkipAndReport_LetsCertainZonesPass_AndAllWithLocalTimeOff(string zone, bool localTime)
    {
        var calendar = Of("Europe/Moscow", ambiguous: AmbiguousZonePolicy.SkipAndReport, localTime: localTime).Calendar(zone);
        Assert.False(calendar.Skip);
        Assert.True(calendar.IsOpen(At("2026-07-06T12:00:00+03:00")));
    }

    // --- P60

    [Theory]
    [InlineData("Europe/Moscow", "2026-07-06T08:00:00+03:00", "2026-07-06T21:59:20+03:00")]
    [InlineData("Europe/Moscow", "2026-07-11T09:00:00+03:00", "2026-07-11T19:59:20+03:00")]
    [InlineData("Europe/Moscow", "2026-07-12T09:00:00+03:00", "2026-07-12T19:59:20+03:00")]
    [InlineData("Asia/Kamchatka", "2026-07-06T08:00:00+12:00", "2026-07-06T21:59:20+12:00")]
    [InlineData("Europe/Berlin", "2026-07-06T08:00:00+02:00", "2026-07-06T20:59:20+02:00")]
    [InlineData("Europe/Berlin", "2026-07-11T08:00:00+02:00", "2026-07-11T20:59:20+02:00")]
    [InlineData("Asia/Almaty", "2026-07-06T08:00:00+05:00", "2026-07-06T20:59:20+05:00")]
    [InlineData("+02:00", "2026-07-06T08:00:00+02:00", "2026-07-06T20:59:20+02:00")] // an offset is of no country: inside the hours of all
    [InlineData("", "2026-07-06T08:00:00+03:00", "2026-07-06T21:59:20+03:00")]
    public void OuterHours_HoldInTheCalleesZone_LessTheRingTimeout(string zone, string opens, string closes)
    {
        var calendar = Of("Europe/Moscow", WeeklyHours.Always, outerHours: true, ringSeconds: 40).Calendar(zone);
        Assert.Equal(At(opens), calendar.NextOpen(At(opens) - TimeSpan.FromMinutes(61)));
        Assert.Equal(At(closes), calendar.ClosesAt(At(opens)));
    }

    [Theory]
    [InlineData("Asia/Kamchatka", "2026-07-06T08:00:00+12:00", "2026-07-06T21:59:20+12:00")]
    [InlineData("Europe/Berlin", "2026-07-06T08:00:00+02:00", "2026-07-06T20:59:20+02:00")]
    [InlineData("-05:00", "2026-07-06T08:00:00-05:00", "2026-07-06T20:59:20-05:00")]
    public void OuterHours_OfACertainZone_AreTheCallees_WithLocalTimeOffToo_P60(string zone, string opens, string closes)
    {
        var calendar = Of("Pacific/Auckland", WeeklyHours.Always, localTime: false, outerHours: true, ringSeconds: 40).Calendar(zone);
        Assert.Equal(At(opens), calendar.NextOpen(At(opens) - TimeSpan.FromMinutes(61)));
        Assert.Equal(At(closes), calendar.ClosesAt(At(opens)));
    }

    [Fact]
    public void Windows_WithLocalTimeOff_StayOnTheCampaignsClock_InsideTheCalleesOuterHours_P4_P60()
    {
        // 09–18 Moscow is 18–03 in Kamchatka, where nobody is rung after 22
        var calendar = Of("Europe/Moscow", localTime: false, outerHours: true, ringSeconds: 40).Calendar("Asia/Kamchatka");
        var opens = calendar.NextOpen(At("2026-07-06T00:00:00+03:00"));
        Assert.Equal(At("2026-07-06T09:00:00+03:00"), opens);
        Assert.Equal(At("2026-07-06T21:59:20+12:00"), calendar.ClosesAt(opens));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Asia/Kamchatka|Europe/Moscow")]
    public void OuterHours_OfAnUncertainZone_WithLocalTimeOff_AreJudgedOnTheCampaignsClock_P60(string zone)
    {
        var calendar = Of("Europe/Moscow", WeeklyHours.Always, localTime: false, outerHours: true).Calendar(zone);
        Assert.Equal(At("2026-07-06T08:00:00+03:00"), calendar.NextOpen(At("2026-07-06T00:00:00+03:00")));
    }

    [Fact]
    public void OuterHours_AreWidenedByAnAdminsExceptionOnly()
    {
        var terms = Of("Europe/Moscow", WeeklyHours.Always, outerHours: true);
        var night = At("2026-07-06T03:00:00+03:00");
        Assert.False(terms.Calendar("Europe/Moscow", new CallPolicy { DefaultTime = [MinuteRange.WholeDay] }).IsOpen(night));
        var excepted = terms with { Settings = terms.Settings with { OuterHoursException = "sleepless customers, ticket 7" } };
        Assert.True(excepted.Calendar("Europe/Moscow").IsOpen(night));
    }

    [Fact]
    public void SafeHours_WithoutOuterHours_AreTheCampaignsWindow()
    {
        var calendar = Moscow.Calendar(CalendarGen.RussianMobile);
        Assert.True(calendar.IsOpen(At("2026-07-06T17:00:00+03:00")));
    }

    // --- the nights when clocks turn

    [Theory]
    // window 02:15-02:45 in the gap: that night it does not exist
    [InlineData("Europe/Berlin", "2026-03-29T00:30:00+01:00", "2026-03-30T02:15:00+02:00", "2026-03-30T02:45:00+02:00")]
    [InlineData("America/New_York", "2026-03-08T00:30:00-05:00", "2026-03-09T02:15:00-04:00", "2026-03-09T02:45:00-04:00")]
    // Lord Howe skips 02:00-02:30: the window begins behind the gap
    [InlineData("Australia/Lord_Howe", "2026-10-04T00:30:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00")]
    // the repeated hour, first time
    [InlineData("Europe/Berlin", "2026-10-25T00:30:00+02:00", "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00")]
    [InlineData("America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-01T02:15:00-05:00", "2026-11-01T02:45:00-05:00")]
    // and the second
    [InlineData("Europe/Berlin", "2026-10-25T02:45:00+02:00", "2026-10-25T02:15:00+01:00", "2026-10-25T02:45:00+01:00")]
    public void NightWindow_WhenClocksTurn(string zone, string from, string opens, string closes)
    {
        var calendar = Of("Europe/Moscow").Calendar(zone, NightPolicy);
        Assert.Equal(At(opens), calendar.NextOpen(At(from)));
        Assert.Equal(At(closes), calendar.ClosesAt(At(opens)));
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23.0)]
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25.0)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5)]
    public void WholeDay_WhenClocksTurn_IsAsLongAsTheDay(string zone, string day, string opens, double hours)
    {
        var sundays = WeeklyHours.EachDay(MinuteRange.WholeDay, d => d == 6);
        var calendar = Of("Europe/Moscow", sundays).Calendar(zone);
        Assert.Equal(At(opens), calendar.NextOpen(At(day + "T00:00:00Z") - TimeSpan.FromDays(1)));
        Assert.Equal(TimeSpan.FromHours(hours), calendar.ClosesAt(At(opens)) - At(opens));
    }

    [Fact]
    public void WindowAcrossTheRepeatedHour_ClosesAndOpensAgain()
    {
        var calendar = Of("Europe/Moscow").Calendar("Europe/Berlin", new CallPolicy { DefaultTime = [Window("01:00", "02:30")] });
        var first = At("2026-10-25T01:00:00+02:00");
        Assert.Equal(At("2026-10-25T02:30:00+02:00"), calendar.ClosesAt(first));
        Assert.Equal(At("2026-10-25T02:00:00+01:00"), calendar.NextOpen(calendar.ClosesAt(first)));
        Assert.Equal(At("2026-10-25T02:30:00+01:00"), calendar.ClosesAt(At("2026-10-25T02:00:00+01:00")));
    }

    [Fact]
    public void OpeningLongerThanAWeek_ClosesWhenItsOneClosedHourComes()
    {
        // closed on Sundays 02:00-03:00 only, the hour that the spring night skips
        var week = new WeeklyHours(
        [
            .. Enumerable.Repeat<IReadOnlyList<MinuteRange>>([MinuteRange.WholeDay], 6),
            [Window("00:00", "02:00"), Window("03:00", "24:00")],
        ]);
        var calendar = Of("Europe/Moscow", week).Calendar("Europe/Berlin");
        var now = At("2026-03-29T12:00:00+02:00");
        Assert.Equal(At("2026-03-22T03:00:00+01:00"), calendar.OpenSince(now));
        Assert.Equal(At("2026-04-05T02:00:00+02:00"), calendar.ClosesAt(now));
    }
}
