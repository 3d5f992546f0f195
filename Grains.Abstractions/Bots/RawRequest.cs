using System.Text.Json.Nodes;

namespace Dialer.Bots;

/// <summary>A brief in the shape in which bots know it: <c>rawRequest</c> (calls-api §3.5).</summary>
public static class RawRequest
{
    public static JsonObject Of(CallBrief brief)
    {
        ArgumentNullException.ThrowIfNull(brief);
        return new JsonObject
        {
            ["caller"] = brief.Phone.Digits,
            ["extension"] = brief.Channel.ToString(),
            ["headers"] = new JsonObject(),
            ["originateData"] = new JsonObject
            {
                ["callId"] = brief.Try.ToString(),
                ["payload"] = brief.PayloadJson is { } payload ? JsonNode.Parse(payload) : null,
                ["callScenarioData"] = Scenario(brief),
            },
        };
    }

    /// <summary>What became of the last redial, as bots are told: <c>{accepted:n}</c>; null = there was none.</summary>
    public static JsonObject? RedialOf(CallBrief brief)
    {
        ArgumentNullException.ThrowIfNull(brief);
        return brief.LastRedial is not { } fate ? null : new JsonObject { ["accepted"] = fate.Accepted, ["wanted"] = fate.Wanted, ["reason"] = fate.Why };
    }

    private static JsonObject Scenario(CallBrief brief) => new()
    {
        ["campaignId"] = brief.Campaign.ToString(),
        ["campaignName"] = brief.CampaignName,
        ["callJobId"] = brief.Try.Job.ToString(),
        ["redialNumber"] = brief.Series == 0 ? null : brief.Series,
        ["schedule"] = new JsonObject
        {
            ["campaignSchedule"] = CallSchedule.Of(brief.CampaignHours),
            ["dialSchedule"] = CallSchedule.Of(brief.Policy),
        },
        ["retryIntervals"] = new JsonObject
        {
            ["retryIntervalInMinutes"] = brief.RetryMinutes,
            ["campaignRetryIntervalInMinutes"] = brief.CampaignRetryMinutes,
        },
        ["abonentTimezone"] = brief.ZoneOffset,
        ["callAttemptsHistory"] = new JsonObject
        {
            ["completedAttempts"] = brief.History.CompletedAttempts,
            ["availableAttempts"] = brief.History.AvailableAttempts,
            ["completedAttemptsToPhone"] = brief.History.CompletedAttemptsToPhone,
            ["availableAttemptsToPhone"] = brief.History.AvailableAttemptsToPhone,
        },
    };
}
