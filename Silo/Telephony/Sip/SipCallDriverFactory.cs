using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Callbacks;
using Dialer.Silo.Storage.Installations;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Makes the drivers of SIP channels (P39): settings into what the user agent understands. All share one network.</summary>
internal sealed class SipCallDriverFactory(
    SipNetwork network, SipResolver resolver, SipTraces traces, Func<Installation> installation, GatewayOptions gateway, ILoggerFactory loggers) : ICallDriverFactory
{
    private readonly ILogger<SipCallDriver> log = loggers.CreateLogger<SipCallDriver>();

    public ChannelKind Kind => ChannelKind.Sip;

    /// <inheritdoc/>
    public ICallDriver Create(ChannelId channel, ChannelSettings settings, ICallEventSink sink)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Sip is not { } sip || SipSettingsRules.Check(sip) is { Count: > 0 })
        {
            throw new ArgumentException("The channel's SIP settings cannot be used: write them again.", nameof(settings));
        }

        var own = installation();
        var trunk = TrunkOf(sip, own) with { Traces = sip.Trace ? traces : null, CallbackOf = new CallbackLinks(own.Key, gateway).Of };
        // what the driver starts here must not carry the caller's trace and request context for the rest of its life
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return new SipCallDriver(trunk, network, resolver, sink, log);
        }
    }

    private static SipTrunk TrunkOf(SipSettings sip, Installation installation) => new()
    {
        Host = sip.Host,
        Port = sip.Port,
        Transport = (SipTransport)sip.Transport,
        CallerId = sip.CallerId,
        AssertedIdentity = sip.AssertedIdentity,
        IsPrivate = sip.HideCallerId,
        NumberPrefix = sip.NumberPrefix,
        Credentials = sip.Username is null ? null : new DigestCredentials(sip.Username, sip.Password?.Value ?? ""),
        OutboundProxy = TrunkAddress.TryParse(sip.OutboundProxy, out var host, out var port) ? new SipUri { Scheme = "sip", Host = host, Port = port } : null,
        Registers = sip.Register,
        AnswersOptions = sip.Probe,
        Tls = sip.Transport == TrunkTransport.Tls ? TlsSettings.Read(sip.CaFile, sip.CertificateFile, sip.KeyFile) : null,
        Domain = installation.Domain,
        Key = installation.Key,
        Outcomes = new OutcomeTable(Overrides(sip.Outcomes)),
        ProvisionalLimit = TimeSpan.FromSeconds(sip.FirstResponseSeconds),
        SessionExpires = sip.SessionExpiresSeconds,
        Has100Rel = sip.ReliableProvisional,
    };

    private static IEnumerable<KeyValuePair<int, Outcome>>? Overrides(string? text) =>
        OutcomeOverrides.TryParse(text, out var meanings, out _)
            ? meanings.Select(m => KeyValuePair.Create(m.Key, m.Value.Class switch
            {
                CallClass.Busy => Outcome.Busy,
                CallClass.NoAnswer => Outcome.NoAnswer,
                CallClass.Unreachable => Outcome.Unreachable,
                CallClass.Rejected => Outcome.Rejected,
                CallClass.Nonexistent => Outcome.Nonexistent,
                _ => m.Value.IsNoFunds ? Outcome.NoFunds : Outcome.TrunkFails,
            }))
            : null;
}
