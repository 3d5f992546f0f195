using CsCheck;
using Dialer.Accounts;
using Dialer.Domain.Calendars;
using NodaTime;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Calendars;

/// <summary>P58: how often a phone may be called.</summary>
public class FrequencyCapsTests
{
    private static readonly CareSettings OneADay = CareSettings.Off with { CallsPerDay = 1 };

    [Fact]
    public void NoCaps_AllowEverything()
    {
        var starts = Starts("2026-07-06T12:00:00Z", "2026-07-06T12:01:00Z");
        Assert.True(FrequencyCaps.Check(CareSettings.Off, starts, "Europe/Moscow", "Europe/Moscow", At("2026-07-06T12:02:00Z")).IsAllowed);
    }

    [Theory]
    [InlineData("Europe/Moscow", "2026-07-06T23:59:00+03:00", "2026-07-07T00:00:00+03:00")]
    [InlineData("Asia/Kamchatka", "2026-07-06T23:59:00+03:00", "2026-07-08T00:00:00+12:00")]
    [InlineData("", "2026-07-06T23:59:00+03:00", "2026-07-07T00:00:00+03:00")]
    [InlineData("Asia/Omsk|Asia/Kamchatka", "2026-07-06T23:59:00+03:00", "2026-07-07T00:00:00+03:00")]
    [InlineData("Europe/Berlin", "2026-03-29T00:30:00+01:00", "2026-03-30T00:00:00+02:00")]
    public void DayCap_EndsAtTheNextLocalMidnight_ElseTheCampaigns(string zone, string start, string until)
    {
        var verdict = FrequencyCaps.Check(OneADay, Starts(start), zone, "Europe/Moscow", At(start) + TimeSpan.FromSeconds(30));
        Assert.Equal(new CapVerdict(CapKind.Day, At(until)), verdict);
        Assert.True(FrequencyCaps.Check(OneADay, Starts(start), zone, "Europe/Moscow", At(until)).IsAllowed);
    }

    [Fact]
    public void WeekCap_EndsOnMonday()
    {
        var care = CareSettings.Off with { CallsPerWeek = 2 };
        var starts = Starts("2026-07-06T00:00:00+03:00", "2026-07-12T20:00:00+03:00");
        var verdict = FrequencyCaps.Check(care, starts, "Europe/Moscow", "Europe/Moscow", At("2026-07-12T23:00:00+03:00"));
        Assert.Equal(new CapVerdict(CapKind.Week, At("2026-07-13T00:00:00+03:00")), verdict);
    }

    [Fact]
    public void MonthCap_EndsOnTheFirst_AndCountsTheWholeMonth_EvenWithAnExtraHour()
    {
        var care = CareSettings.Off with { CallsPerMonth = 2 };
        var starts = Starts("2026-10-01T00:00:00+02:00", "2026-10-31T23:00:00+01:00");
        var verdict = FrequencyCaps.Check(care, starts, "Europe/Berlin", "Europe/Moscow", At("2026-10-31T23:59:59+01:00"));
        Assert.Equal(new CapVerdict(CapKind.Month, At("2026-11-01T00:00:00+01:00")), verdict);
    }

    [Fact]
    public void RollingCap_EndsWhenTheOldestCountedStartLeaves()
    {
        var care = CareSettings.Off with { CallsPerRollingHours = 2, RollingHours = 24 };
        var starts = Starts("2026-07-06T08:00:00Z", "2026-07-06T10:00:30Z", "2026-07-06T12:00:00Z");
        var verdict = FrequencyCaps.Check(care, starts, "", "Europe/Moscow", At("2026-07-06T13:00:00Z"));
        Assert.Equal(new CapVerdict(CapKind.RollingHours, At("2026-07-07T10:01:00Z")), verdict);
    }

    [Fact]
    public void SeveralCaps_HoldUntilTheLastOfThem()
    {
        var care = CareSettings.Off with { CallsPerDay = 1, CallsPerRollingHours = 1, RollingHours = 48 };
        var verdict = FrequencyCaps.Check(care, Starts("2026-07-06T12:00:00+03:00"), "", "Europe/Moscow", At("2026-07-06T13:00:00+03:00"));
        Assert.Equal(new CapVerdict(CapKind.RollingHours, At("2026-07-08T12:01:00+03:00")), verdict);
    }

    [Fact]
    public void TechnicalStart_IsTakenBack()
    {
        var at = At("2026-07-06T12:00:45+03:00");
        var starts = default(CallStarts).Add(at);
        Assert.False(FrequencyCaps.Check(OneADay, starts, "", "Europe/Moscow", at).IsAllowed);
        Assert.True(FrequencyCaps.Check(OneADay, starts.TakeBack(at), "", "Europe/Moscow", at).IsAllowed);
        Assert.Equal(1, starts.TakeBack(at + TimeSpan.FromMinutes(1)).Count);
    }

    [Fact]
    public void NoSequenceOfCalls_PassesACap_AndWaitingUntilToldIsEnough()
    {
        var care = from day in Gen.Int[0, 4]
                   from week in Gen.Int[0, 8]
                   from month in Gen.Int[0, 12]
                   from rolling in Gen.Int[0, 4]
                   from hours in Gen.Int[1, 80]
                   select CareSettings.Off with { CallsPerDay = day, CallsPerWeek = week, CallsPerMonth = month, CallsPerRollingHours = rolling, RollingHours = hours };
        var zones = Gen.OneOf("Europe/Berlin", "Asia/Kamchatka", "Australia/Lord_Howe", "+05:45", "America/New_York");
        var pauses = Gen.Frequency((3, Gen.Long[0, 3 * 3_600_000L]), (1, Gen.Long[0, 60 * 3_600_000L])).List[5, 80];

        Gen.Select(care, zones, CalendarGen.Instant, pauses).Sample(
            (caps, zone, begin, waits) =>
            {
                var made = new List<UnixTime>();
                var stored = default(CallStarts);
                var now = begin;
                foreach (var wait in waits)
                {
                    now = new UnixTime(now.Ms + wait);
                    var verdict = FrequencyCaps.Check(caps, CallStarts.Decode(stored.Encode()), zone, "Europe/Moscow", now);
                    if (!verdict.IsAllowed)
                    {
                        Assert.True(verdict.Until > now);
                        Assert.Equal(verdict.Cap, FrequencyCaps.Check(caps, stored, zone, "Europe/Moscow", verdict.Until - TimeSpan.FromMilliseconds(1)).Cap);
                        Assert.True(FrequencyCaps.Check(caps, stored, zone, "Europe/Moscow", verdict.Until).IsAllowed);
                        continue;
                    }

                    made.Add(now);
                    stored = stored.Add(now);
                    Assert.True(KeepsCaps(made, caps, zone), $"{now} was one too many");
                }
            },
            iter: 500);
    }

    /// <summary>The caps counted the long way, over everything ever made, to the millisecond.</summary>
    private static bool KeepsCaps(List<UnixTime> made, CareSettings care, string zone)
    {
        var last = CalendarCase.Local(made[^1], zone).Date;
        var days = made.Select(at => CalendarCase.Local(at, zone).Date).ToList();
        return (care.CallsPerDay == 0 || days.Count(d => d == last) <= care.CallsPerDay)
            && (care.CallsPerWeek == 0 || days.Count(d => MondayOf(d) == MondayOf(last)) <= care.CallsPerWeek)
            && (care.CallsPerMonth == 0 || days.Count(d => (d.Year, d.Month) == (last.Year, last.Month)) <= care.CallsPerMonth)
            && (care.CallsPerRollingHours == 0
                || made.Count(at => made[^1] - at < TimeSpan.FromHours(care.RollingHours)) <= care.CallsPerRollingHours);
    }

    private static LocalDate MondayOf(LocalDate day) => day.DayOfWeek == IsoDayOfWeek.Monday ? day : day.Previous(IsoDayOfWeek.Monday);

    private static CallStarts Starts(params string[] at) => at.Aggregate(default(CallStarts), (starts, text) => starts.Add(At(text)));
}
