using System.Collections.Concurrent;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>A SIP voice bot: where it is and how it is called (P41).</summary>
internal sealed class SipBot
{
    /// <summary>A callee waits in silence meanwhile.</summary>
    private static readonly TimeSpan FirstResponse = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>A bot whose caller is lost hangs up by itself after this (RFC 4028), in seconds.</summary>
    private const int SessionSeconds = 180;

    private readonly SipUri uri;
    private readonly SipTrunk trunk;

    private SipBot(SipUri uri, SipTrunk trunk, SipRoutes routes) => (this.uri, this.trunk, Routes) = (uri, trunk, routes);

    public SipRoutes Routes { get; }

    /// <summary>What a leg to it is called by: the call's own name and a mark, so that both legs live on one loop.</summary>
    public LegIds IdsOf(LegIds callee) => new($"{callee.Name}+bot", trunk.Domain, trunk.Key);

    /// <summary>A leg to the bot. Without an offer the bot makes one.</summary>
    public LegSettings SettingsOf(string? offer, string headers, SilentSession silence, TimeSpan talk) => new()
    {
        Target = uri,
        From = new SipUri { Scheme = "sip", User = "dialer", Host = trunk.Domain },
        Offer = offer,
        Origin = silence.Address,
        AnswerTo = silence.Answer,
        ExtraHeaders = headers,
        ProvisionalLimit = FirstResponse,
        RingLimit = AnswerLimit,
        // the callee's leg ends first
        MaxTalk = talk + TimeSpan.FromMinutes(1),
        SessionExpires = SessionSeconds,
        ChecksFarSide = true,
    };

    public SipInquirySettings Options(string tag, TimeSpan limit) => new()
    {
        Method = SipMethods.Options,
        Uri = uri.ToString(),
        From = $"sip:dialer@{trunk.Domain}",
        To = uri.ToString(),
        CallId = $"{tag}@{trunk.Domain}",
        Tag = tag,
        Extra = "Accept: application/sdp\r\n",
        Limit = limit,
    };

    /// <summary>The bots that a driver knows, made when they are first asked for.</summary>
    internal sealed class Book(SipTrunk trunk, SipNetwork network, SipResolver resolver)
    {
        private readonly ConcurrentDictionary<string, SipBot> bots = new(StringComparer.Ordinal);

        /// <summary>Null when the URI cannot be read.</summary>
        public SipBot? Of(string text) => bots.TryGetValue(text, out var known) ? known
            : SipUri.TryParse(text, out var uri) && uri.Host.Length > 0 ? bots.GetOrAdd(text, _ => Make(uri))
            : null;

        private SipBot Make(SipUri uri)
        {
            var transport = uri.IsSecure ? SipTransport.Tls : SipTransports.Parse(uri.Transport) ?? SipTransport.Udp;
            var own = new SipTrunk
            {
                Host = uri.Host,
                Port = uri.Port,
                Transport = transport,
                Tls = transport == SipTransport.Tls ? trunk.Tls ?? TlsSettings.System : null,
                Domain = trunk.Domain,
                Key = trunk.Key,
            };
            return new SipBot(uri, own, new SipRoutes(network, resolver, own));
        }
    }
}
