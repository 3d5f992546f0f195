using Dialer.Calendars;
using Dialer.Domain.Calendars;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Calendars;

/// <summary>P3, P21, calls-api §1.3: how a job's policy replaces the campaign's week.</summary>
public class PolicyWeekTests
{
    private static readonly WeeklyHours Campaign = WeeklyHours.Default;
    private static readonly MinuteRange[] Evening = [Window("18:00", "20:00")];
    private static readonly MinuteRange[] Morning = [Window("07:00", "08:00"), Window("08:30", "09:00")];

    [Fact]
    public void NoPolicy_LeavesTheCampaignsWeek() => Assert.Same(Campaign, PolicyWeek.Of(Campaign, null));

    [Fact]
    public void EmptyPolicy_LeavesTheCampaignsWeek() => Assert.Equal(Campaign, PolicyWeek.Of(Campaign, new CallPolicy { RetryMinutes = 5 }));

    [Fact]
    public void AllowedDays_AreAHardFilter()
    {
        var week = PolicyWeek.Of(Campaign, new CallPolicy { AllowedDays = 0b0100001, AllowedTime = [null, Evening, null, null, null, null, null], DefaultTime = Morning });
        Assert.Equal("mon 07:00-08:00,08:30-09:00 sat 07:00-08:00,08:30-09:00", week.ToString());
    }

    [Fact]
    public void DaysOwnTime_BeatsTheDefault_WhichBeatsTheCampaign()
    {
        var week = PolicyWeek.Of(Campaign, new CallPolicy { AllowedTime = [Evening, null, null, null, null, null, null], DefaultTime = Morning });
        Assert.Equal(Evening, week.Days[0]);
        Assert.Equal(Morning, week.Days[1]);
        Assert.Equal(Morning, week.Days[6]);
    }

    [Fact]
    public void DayWithoutTimes_FallsBackToTheCampaignsWindowOfThatDay()
    {
        var week = PolicyWeek.Of(Campaign, new CallPolicy { AllowedTime = [Evening, null, null, null, null, null, null] });
        Assert.Equal(Evening, week.Days[0]);
        Assert.Equal(Campaign.Days[1], week.Days[1]);
        Assert.Empty(week.Days[5]);
    }

    [Fact]
    public void OverlappingStoredWindows_AreMerged()
    {
        var week = PolicyWeek.Of(Campaign, new CallPolicy { DefaultTime = [Window("10:00", "12:00"), Window("09:00", "11:00"), Window("12:00", "13:00"), new(50, 40)] });
        Assert.Equal([Window("09:00", "13:00")], week.Days[0]);
    }
}
