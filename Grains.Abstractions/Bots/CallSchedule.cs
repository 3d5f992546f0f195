using System.Text.Json.Nodes;
using Dialer.Calendars;

namespace Dialer.Bots;

/// <summary>Days and hours as bots are told of them: <c>{allowedDays, allowedTime}</c> (calls-api §1.3, §3.1).</summary>
public static class CallSchedule
{
    /// <summary>Of a campaign: its days, and one or more windows of each.</summary>
    public static JsonObject Of(WeeklyHours hours)
    {
        ArgumentNullException.ThrowIfNull(hours);
        var days = new JsonArray();
        var times = new JsonObject();
        for (var day = 0; day < 7; day++)
        {
            if (hours.Days[day].Count > 0)
            {
                days.Add(WeeklyHours.DayNames[day]);
                times[WeeklyHours.DayNames[day]] = Windows(hours.Days[day]);
            }
        }

        return new JsonObject { ["allowedDays"] = days, ["allowedTime"] = times };
    }

    /// <summary>Of a job or a redial: what it was given; null = no days and hours of its own.</summary>
    public static JsonObject? Of(CallPolicy? policy)
    {
        if (policy is null or { AllowedDays: null, AllowedTime: null, DefaultTime: null })
        {
            return null;
        }

        var times = new JsonObject();
        for (var day = 0; day < 7; day++)
        {
            if (policy.AllowedTime?[day] is { } windows)
            {
                times[WeeklyHours.DayNames[day]] = Windows(windows);
            }
        }

        if (policy.DefaultTime is { } usual)
        {
            times["default"] = Windows(usual);
        }

        return new JsonObject
        {
            ["allowedDays"] = policy.AllowedDays is { } days ? Days(days) : null,
            ["allowedTime"] = times.Count == 0 ? null : times,
        };
    }

    private static JsonArray Days(byte bits) =>
        [.. WeeklyHours.DayNames.Where((_, day) => (bits & (1 << day)) != 0).Select(name => (JsonNode?)JsonValue.Create(name))];

    // the wire knows no 24:00: the last minute of the day is as near as it can say
    private static JsonArray Windows(IEnumerable<MinuteRange> windows) => [.. windows.Select(w => (JsonNode?)new JsonObject
    {
        ["localTimeFrom"] = MinuteRange.Format(w.From),
        ["localTimeTo"] = MinuteRange.Format(Math.Min(w.To, (short)(MinuteRange.MinutesPerDay - 1))),
    })];
}
