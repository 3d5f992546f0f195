using Dialer.Accounts;
using NodaTime;

namespace Dialer.Domain.Accounts;

/// <summary>What the organisation's settings must hold: every fault at once, each naming its field and the mend.</summary>
public static class OrganisationRules
{
    public static IReadOnlyList<Refusal> Check(OrganisationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = new List<Refusal>();
        void Demand(bool holds, string field, string text)
        {
            if (!holds)
            {
                faults.Add(new Refusal("invalid_setting", text, Field: field));
            }
        }

        var care = settings.Care;
        Demand(
            settings.Country.Length == 2 && settings.Country.All(char.IsAsciiLetterUpper), "country", "A country is two capital letters, for example RU.");
        Demand(
            settings.TimeZone is null || DateTimeZoneProviders.Tzdb.GetZoneOrNull(settings.TimeZone) is not null,
            "timeZone",
            $"'{settings.TimeZone}' is not an IANA time zone; write for example Europe/Moscow.");
        Demand(settings.RetentionDays is >= 0 and <= OrganisationSettings.MaxRetentionDays, "retentionDays", "Days are 0 to 3650.");
        Demand(care.GapMinutes is >= 0 and <= 1440, "care.gapMinutes", "The gap is 0 to 1440 minutes.");
        Demand(
            care.CallsPerDay >= 0 && care.CallsPerWeek >= 0 && care.CallsPerMonth >= 0 && care.CallsPerRollingHours >= 0,
            "care",
            "A cap is 0 (none) or more.");
        Demand(care.RollingHours is >= 1 and <= 744, "care.rollingHours", "Rolling hours are 1 to 744.");
        return faults;
    }
}
