using Dialer.Accounts;
using Dialer.Domain.Accounts;

namespace Dialer.Tests.Accounts;

/// <summary>P22, P57, P58: what the organisation's settings must hold.</summary>
public class OrganisationRulesTests
{
    private static readonly OrganisationSettings Good = new() { TimeZone = "Europe/Moscow" };

    public static TheoryData<string?, OrganisationSettings> Settings => new()
    {
        { null, Good },
        { null, Good with { TimeZone = null } },
        { "timeZone", Good with { TimeZone = "MSK" } },
        { "country", Good with { Country = "ru" } },
        { "country", Good with { Country = "RUS" } },
        { "country", Good with { Country = "" } },
        { null, Good with { Country = "DE" } },
        { "retentionDays", Good with { RetentionDays = -1 } },
        { null, Good with { RetentionDays = 0 } },
        { null, Good with { RetentionDays = 3650 } },
        { "retentionDays", Good with { RetentionDays = 3651 } },
        { "care.gapMinutes", Care(c => c with { GapMinutes = -1 }) },
        { null, Care(c => c with { GapMinutes = 1440 }) },
        { "care.gapMinutes", Care(c => c with { GapMinutes = 1441 }) },
        { "care", Care(c => c with { CallsPerDay = -1 }) },
        { "care", Care(c => c with { CallsPerWeek = -1 }) },
        { "care", Care(c => c with { CallsPerMonth = -1 }) },
        { "care", Care(c => c with { CallsPerRollingHours = -1 }) },
        { null, Care(c => c with { CallsPerDay = 0, CallsPerWeek = 0, CallsPerMonth = 0, CallsPerRollingHours = 0 }) },
        { "care.rollingHours", Care(c => c with { RollingHours = 0 }) },
        { null, Care(c => c with { RollingHours = 1 }) },
        { null, Care(c => c with { RollingHours = 744 }) },
        { "care.rollingHours", Care(c => c with { RollingHours = 745 }) },
    };

    [Theory]
    [MemberData(nameof(Settings), DisableDiscoveryEnumeration = true)]
    public void Setting_OutsideItsBounds_IsRefusedByName(string? field, OrganisationSettings settings) =>
        Assert.Equal(field, Assert.Single(OrganisationRules.Check(settings).Select(f => f.Field).DefaultIfEmpty()));

    [Fact]
    public void Defaults_AreTheOnesOfTheRules()
    {
        var care = new OrganisationSettings().Care;
        Assert.Equal((5, 10, true, true), (care.GapMinutes, care.CallsPerDay, care.OuterHours, care.SuspiciousOutcomes));
        Assert.Equal(30, new OrganisationSettings().RetentionDays);
        Assert.False(CareSettings.Off.HasCaps);
    }

    private static OrganisationSettings Care(Func<CareSettings, CareSettings> change) => Good with { Care = change(Good.Care) };
}
