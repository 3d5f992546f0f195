using Dialer.Calendars;

namespace Dialer.Domain.Calendars;

/// <summary>
/// The week in force for a job (P3, P21, calls-api §1.3): what its policy gives replaces the campaign's, the rest is
/// inherited. Of a day that is allowed: its own windows, else the policy's default ones, else the campaign's of that day.
/// </summary>
public static class PolicyWeek
{
    public static WeeklyHours Of(WeeklyHours campaign, CallPolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(campaign);
        return policy is null ? campaign : new WeeklyHours([.. Enumerable.Range(0, 7).Select(day => Day(campaign, policy, day))]);
    }

    private static IReadOnlyList<MinuteRange> Day(WeeklyHours campaign, CallPolicy policy, int day)
    {
        if (policy.AllowedDays is { } allowed && (allowed & (1 << day)) == 0)
        {
            return [];
        }

        var own = policy.AllowedTime is { } days && day < days.Length ? days[day] : null;
        return (own ?? policy.DefaultTime) is { } windows ? Merged(windows) : campaign.Days[day];
    }

    // The API refuses windows that overlap; stored ones are merged all the same, so that no stored row can stop a campaign.
    private static List<MinuteRange> Merged(MinuteRange[] windows)
    {
        var merged = new List<MinuteRange>(windows.Length);
        foreach (var window in windows.Where(w => w.IsValid).OrderBy(w => w.From))
        {
            if (merged.Count > 0 && window.From <= merged[^1].To)
            {
                merged[^1] = new MinuteRange(merged[^1].From, Math.Max(merged[^1].To, window.To));
            }
            else
            {
                merged.Add(window);
            }
        }

        return merged;
    }
}
