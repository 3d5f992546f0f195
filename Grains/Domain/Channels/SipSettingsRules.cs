using System.Text.RegularExpressions;
using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>
/// What settings of a SIP trunk must fulfil (P39), told field by field with the way to mend it. What goes into SIP headers is held
/// to characters that mean nothing there.
/// </summary>
public static partial class SipSettingsRules
{
    /// <summary>All that is wrong with the settings; empty = they can be used.</summary>
    public static IReadOnlyList<Refusal> Check(SipSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = new List<Refusal>();
        void Demand(bool holds, string field, string text)
        {
            if (!holds)
            {
                faults.Add(new Refusal("invalid_setting", text, Field: $"sip.{field}"));
            }
        }

        Demand(TrunkAddress.IsHost(settings.Host), "host", $"The host '{settings.Host}' is neither a name nor an address: write for example sip.example.com.");
        Demand(settings.Port is >= 0 and <= 65_535, "port", "A port is 1 to 65535; 0 = found by DNS or the usual one.");
        Demand(Enum.IsDefined(settings.Transport), "transport", "The transport is udp, tcp or tls.");
        Demand(settings.Username is null || Printable().IsMatch(settings.Username), "username", "A user name has 1 to 128 characters, none of them a control character.");
        Demand(settings.Password is null || settings.Username is not null, "password", "A password needs a username.");
        Demand(settings.Password is not { } secret || Printable().IsMatch(secret.Value), "password", "A password has 1 to 128 characters, none of them a control character.");
        Demand(!settings.Register || settings.Username is not null, "register", "To register, a username is needed.");
        Demand(settings.CallerId is null || User().IsMatch(settings.CallerId), "callerId", "A caller id has 1 to 64 digits or letters, with + in front if the trunk wants it.");
        Demand(settings.OutboundProxy is null || TrunkAddress.TryParse(settings.OutboundProxy, out _, out _), "outboundProxy", "The outbound proxy is HOST or HOST:PORT.");
        Demand(settings.AssertedIdentity is null || Identity().IsMatch(settings.AssertedIdentity), "assertedIdentity", "The asserted identity is a number or sip:USER@HOST.");
        Demand(settings.NumberPrefix.Length <= 16 && Prefix().IsMatch(settings.NumberPrefix), "numberPrefix", "A number prefix is + and digits, at most 16.");
        Demand(settings.FirstResponseSeconds is >= 1 and <= 32, "firstResponseSeconds", "The first response is waited for 1 to 32 seconds.");
        Demand(
            settings.SessionExpiresSeconds is 0 or (>= 90 and <= 7_200), "sessionExpiresSeconds", "A session holds 90 to 7200 seconds; 0 = no session timer.");
        Demand(settings.KeyFile is null || settings.CertificateFile is not null, "keyFile", "A key needs a certificateFile.");
        if (!OutcomeOverrides.TryParse(settings.Outcomes, out _, out var fault))
        {
            Demand(false, "outcomes", fault);
        }

        if (!Destinations.TryParse(settings.DestinationPrefixes, out _, out fault))
        {
            Demand(false, "destinationPrefixes", fault);
        }

        return faults;
    }

    /// <summary>A SIP URI of a bot, written so that it can stand in a request line.</summary>
    public static bool IsBotUri(string? text) => text is not null && BotUri().IsMatch(text);

    [GeneratedRegex(@"^[^\p{C}]{1,128}\z")]
    private static partial Regex Printable();

    [GeneratedRegex(@"^\+?[0-9A-Za-z._~-]{1,63}\z")]
    private static partial Regex User();

    [GeneratedRegex(@"^\+?[0-9]*\z")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^(\+?[0-9]{1,32}|sips?:[0-9A-Za-z+._~%-]{1,64}@[0-9A-Za-z.:\[\]-]{1,255})\z")]
    private static partial Regex Identity();

    [GeneratedRegex(@"^sips?:([0-9A-Za-z+._~%*#!-]{1,64}@)?[0-9A-Za-z.:\[\]-]{1,255}(;[0-9A-Za-z=._-]{1,64}){0,8}\z")]
    private static partial Regex BotUri();
}
