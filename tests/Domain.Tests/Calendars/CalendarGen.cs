using CsCheck;
using Dialer.Calendars;
using Dialer.Campaigns;

namespace Dialer.Tests.Calendars;

/// <summary>Lanes, policies and instants for the calendar's laws; instants crowd around the nights when clocks turn.</summary>
internal static class CalendarGen
{
    public const string RussianMobile =
        "Asia/Anadyr|Asia/Irkutsk|Asia/Kamchatka|Asia/Krasnoyarsk|Asia/Magadan|Asia/Novosibirsk|Asia/Omsk|Asia/Sakhalin|"
        + "Asia/Vladivostok|Asia/Yakutsk|Asia/Yekaterinburg|Europe/Kaliningrad|Europe/Moscow|Europe/Samara";

    private static readonly string[] CampaignZones = ["Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "+05:45"];

    private static readonly string[] LaneZones =
    [
        "Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
        "Asia/Kathmandu", "+05:45", "-11:00", "", "Asia/Almaty|Asia/Aqtobe", "Australia/Adelaide|Australia/Perth",
        "Europe/Berlin|Europe/Moscow", RussianMobile,
    ];

    private static readonly string[] Turns =
    [
        "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z",
    ];

    // five-minute steps, so that sampling every five minutes sees every window
    private static readonly Gen<MinuteRange[]> Windows =
        Gen.Int[0, 288].HashSet[0, 6].Select(edges =>
        {
            var sorted = edges.Order().ToArray();
            return Enumerable.Range(0, sorted.Length / 2)
                .Select(i => new MinuteRange((short)(sorted[2 * i] * 5), (short)(sorted[2 * i + 1] * 5)))
                .ToArray();
        });

    private static readonly Gen<WeeklyHours> RandomWeek = Windows.Array[7].Select(days => new WeeklyHours(days));

    public static readonly Gen<WeeklyHours> Week = Gen.Frequency(
        (3, RandomWeek),
        (2, Gen.Const(WeeklyHours.Default)),
        (1, Gen.Const(WeeklyHours.Always)),
        (1, Gen.Const(WeeklyHours.EachDay(MinuteRange.WholeDay, day => day is 6 or 0))));

    public static readonly Gen<UnixTime> Instant = Gen.Frequency(
        (2, Gen.Long[TestTerms.At("2025-01-01T00:00Z").Ms, TestTerms.At("2029-01-01T00:00Z").Ms].Select(ms => new UnixTime(ms))),
        (2, Gen.Select(Gen.OneOf(Turns), Gen.Long[-36 * 3_600_000L, 36 * 3_600_000L], (turn, by) => new UnixTime(TestTerms.At(turn).Ms + by))),
        (1, Gen.Select(Gen.OneOf(Turns), Gen.Int[-600, 600], (turn, by) => new UnixTime(TestTerms.At(turn).Ms + by * 300_000L))));

    private static readonly Gen<MinuteRange[]> NullableWindows = Gen.Null(Windows)!;

    private static readonly Gen<CallPolicy> Policy =
        from days in Gen.Int[0, 200]
        from time in NullableWindows.Array[7]
        from hasTime in Gen.Bool
        from standard in NullableWindows
        select new CallPolicy
        {
            AllowedDays = days < 128 ? (byte)days : null,
            AllowedTime = hasTime ? time : null,
            DefaultTime = standard,
        };

    public static readonly Gen<CalendarCase> Case =
        from home in Gen.OneOf(CampaignZones)
        from week in Week
        from zone in Gen.OneOf(LaneZones)
        from ambiguous in Gen.Enum<AmbiguousZonePolicy>()
        from localTime in Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false)))
        from outer in Gen.Bool
        from exception in Gen.Frequency((9, Gen.Const((string?)null)), (1, Gen.Const((string?)"tested")))
        from ring in Gen.Int[5, 300]
        from country in Gen.OneOf("RU", "DE")
        from policy in Gen.Null(Policy)
        from finish in Gen.Int[0, 3]
        from finishAt in Instant
        let terms = TestTerms.Of(home, week, ambiguous, localTime, outer, ring, country)
        select new CalendarCase(terms with { Settings = terms.Settings with { OuterHoursException = exception } }, zone, policy, finish == 0 ? finishAt : UnixTime.None);
}
