using System.Globalization;
using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>How calls over a trunk look: addresses, identity and the silent session, made once.</summary>
internal sealed class SipProfile
{
    private readonly SipTrunk trunk;
    private readonly LegSettings plain;

    /// <param name="trunk">The trunk.</param>
    /// <param name="silence">The session of a call that nobody talks in.</param>
    public SipProfile(SipTrunk trunk, SilentSession silence)
    {
        this.trunk = trunk;
        Silence = silence;
        var anonymous = new SipUri { Scheme = "sip", User = "anonymous", Host = "anonymous.invalid" };
        plain = new LegSettings
        {
            Target = Uri(null),
            From = trunk.IsPrivate ? anonymous : Uri(trunk.CallerId ?? "dialer") with { Port = 0 },
            OutboundProxy = trunk.OutboundProxy is null ? null : trunk.OutboundProxy with { Parameters = WithLooseRoute(trunk.OutboundProxy.Parameters) },
            Credentials = trunk.Credentials,
            Offer = silence.Offer,
            Origin = silence.Address,
            AnswerTo = silence.Answer,
            ExtraHeaders = Identity(),
            ProvisionalLimit = trunk.ProvisionalLimit,
            RingLimit = TimeSpan.Zero,
            MaxTalk = TimeSpan.Zero,
            SessionExpires = trunk.SessionExpires,
            Has100Rel = trunk.Has100Rel,
        };
    }

    public SilentSession Silence { get; }

    public LegSettings SettingsOf(PhoneNumber to, TimeSpan ring, TimeSpan talk) => plain with
    {
        Target = plain.Target with { User = trunk.NumberPrefix + to.Value.ToString(CultureInfo.InvariantCulture) },
        RingLimit = ring,
        MaxTalk = talk,
    };

    public string CallIdOf(TryId id) => $"{id}@{trunk.Domain}";

    public LegIds IdsOf(TryId id) => new(id.ToString(), trunk.Domain, trunk.Key);

    public SipInquirySettings Options(string tag, TimeSpan limit) => new()
    {
        Method = SipMethods.Options,
        Uri = plain.Target.ToString(),
        From = (plain.From with { User = "dialer" }).ToString(),
        To = plain.Target.ToString(),
        CallId = $"{tag}@{trunk.Domain}",
        Tag = tag,
        Route = plain.OutboundProxy is null ? "" : $"Route: <{plain.OutboundProxy}>\r\n",
        Extra = "Accept: application/sdp\r\n",
        Credentials = trunk.Credentials,
        Limit = limit,
    };

    private SipUri Uri(string? user) => new() { Scheme = "sip", User = user, Host = trunk.Host, Port = trunk.Port };

    private static string WithLooseRoute(string parameters) =>
        parameters.Contains(";lr", StringComparison.OrdinalIgnoreCase) ? parameters : parameters + ";lr";

    /// <summary>Who calls, as the network vouches for it, and whether the callee may see it (RFC 3325, RFC 3323).</summary>
    private string Identity()
    {
        var asserted = trunk.AssertedIdentity ?? (trunk.IsPrivate ? trunk.CallerId : null);
        var uri = asserted is null ? null
            : asserted.Contains(':', StringComparison.Ordinal) ? asserted
            : (Uri(asserted) with { Port = 0 }).ToString();
        return (uri is null ? "" : $"P-Asserted-Identity: <{uri}>\r\n") + (trunk.IsPrivate ? "Privacy: id\r\n" : "");
    }
}
