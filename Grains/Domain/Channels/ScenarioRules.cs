using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>What a scenario must hold (P15, P41), whether it is a channel's or a campaign's own.</summary>
public static class ScenarioRules
{
    public const int ShortestSecret = 16;
    public const int LongestSecret = 256;
    public const int LongestUrl = 2_000;

    private const string Base64Prefix = "whsec_";

    /// <summary>All that is wrong with it; empty = it can be used.</summary>
    public static IReadOnlyList<Refusal> Check(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var faults = new List<Refusal>();
        void Demand(bool holds, string field, string text)
        {
            if (!holds)
            {
                faults.Add(new Refusal("invalid_setting", text, Field: $"scenario.{field}"));
            }
        }

        Demand(
            scenario.SipBotUri is not { } bot || SipSettingsRules.IsBotUri(bot),
            "sipBot.uri", $"'{scenario.SipBotUri}' is no SIP URI: write for example sip:bot@bot.example.com.");
        Demand(
            scenario.HttpBotUrl is not { } url || IsBotUrl(url),
            "httpBot.url", "The address of an HTTP bot begins with https:// or http:// and has no user name in it: write for example https://bot.example.com/calls.");
        Demand(
            scenario.HttpBotSecret is not { } secret || secret.Value.Length is >= ShortestSecret and <= LongestSecret,
            "httpBot.secret", $"A secret has {ShortestSecret} to {LongestSecret} characters; null = requests are not signed.");
        Demand(
            scenario.HttpBotSecret is not { } key || IsReadable(key.Value),
            "httpBot.secret", $"What follows {Base64Prefix} in a secret is base64.");
        return faults;
    }

    /// <summary>The URL of an HTTP bot. What stands before an @ would not be sent, and would be shown.</summary>
    public static bool IsBotUrl(string? text) => text is { Length: <= LongestUrl }
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.Host.Length > 0
        && url.UserInfo.Length == 0;

    private static bool IsReadable(string secret) => !secret.StartsWith(Base64Prefix, StringComparison.Ordinal)
        || Convert.TryFromBase64String(secret[Base64Prefix.Length..], new byte[secret.Length], out _);
}
