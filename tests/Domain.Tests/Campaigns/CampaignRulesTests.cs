using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Tests.Calendars;

namespace Dialer.Tests.Campaigns;

/// <summary>P1–P10, P61: what settings of a campaign must hold.</summary>
public class CampaignRulesTests
{
    private static readonly UnixTime Now = TestTerms.At("2026-07-06T12:00:00+03:00");
    private static readonly CampaignSettings Good = TestTerms.Moscow.Settings;

    public static TheoryData<string?, CampaignSettings> Settings => new()
    {
        { null, Good },
        { null, Good with { Name = new string('n', 200) } },
        { "name", Good with { Name = new string('n', 201) } },
        { "name", Good with { Name = "  " } },
        { null, Good with { MaxSimultaneousCalls = 1 } },
        { "maxSimultaneousCalls", Good with { MaxSimultaneousCalls = 0 } },
        { "callingWindows", Good with { CallingWindows = WeeklyHours.EachDay(MinuteRange.WholeDay, _ => false) } },
        { "timeZone", Good with { TimeZone = "Moscow" } },
        { null, Good with { TimeZone = "Asia/Kolkata" } },
        { null, Good with { FinishAt = Now + TimeSpan.FromMilliseconds(1) } },
        { "finishAt", Good with { FinishAt = Now } },
        { "notifications.email", Good with { NotifyEmail = "nobody" } },
        { null, Good with { NotifyEmail = "a@b.example" } },
        { null, Good with { NotifyEmail = "a@b.example, c@d.example", NotifyLanguage = "both" } },
        { "notifications.language", Good with { NotifyLanguage = "de" } },
        { "attempts.initial", With(0, 99, 30, 0) },
        { null, With(99, 99, 30, 0) },
        { "attempts.initial", With(100, 100, 30, 0) },
        { "attempts.maximum", With(3, 2, 30, 0) },
        { null, With(3, 3, 30, 0) },
        { "attempts.maximum", With(3, 100, 30, 0) },
        { "attempts.pauseMinutes", With(1, 1, 0, 0) },
        { null, With(1, 1, 1, 0) },
        { null, With(1, 1, 2880, 0) },
        { "attempts.pauseMinutes", With(1, 1, 2881, 0) },
        { "attempts.redialIfShorterThanSeconds", With(1, 1, 30, -1) },
    };

    [Theory]
    [MemberData(nameof(Settings), DisableDiscoveryEnumeration = true)]
    public void Setting_OutsideItsBounds_IsRefusedByName(string? field, CampaignSettings settings)
    {
        var faults = CampaignRules.Check(settings, UnixTime.None, Now);
        Assert.Equal(field is null, faults.Count == 0);
        Assert.Contains(field, faults.Select(f => f.Field).DefaultIfEmpty());
    }

    [Theory]
    [InlineData(-60_001, false)]
    [InlineData(-60_000, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void Start_MoreThanAMinuteInThePast_IsRefused(int ms, bool isTaken)
    {
        Assert.Equal(isTaken, CampaignRules.Check(Good, new UnixTime(Now.Ms + ms), Now).Count == 0);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    public void FinishAt_IsAfterTheStart(int ms, bool isTaken)
    {
        var start = Now + TimeSpan.FromHours(1);
        Assert.Equal(isTaken, CampaignRules.Check(Good with { FinishAt = new UnixTime(start.Ms + ms) }, start, Now).Count == 0);
    }

    [Fact]
    public void AllFaults_AreToldAtOnce()
    {
        var bad = With(0, -1, 0, -1) with { Name = "", MaxSimultaneousCalls = 0 };
        Assert.Equal(6, CampaignRules.Check(bad, UnixTime.None, Now).Count);
        Assert.All(CampaignRules.Check(bad, UnixTime.None, Now), fault => Assert.NotEmpty(fault.Text));
    }

    private static CampaignSettings With(int initial, int maximum, int pause, int shorter) => Good with
    {
        Attempts = new AttemptPolicy { Initial = initial, Maximum = maximum, PauseMinutes = pause, RedialIfShorterThanSeconds = shorter },
    };
}
