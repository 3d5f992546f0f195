namespace Dialer.Silo.Telephony.Sip;

/// <summary>The headers that the user agent reads; every other one is <see cref="Other"/> and keeps its name.</summary>
public enum SipHeader : byte
{
    Other = 0,
    Via,
    From,
    To,
    CallId,
    CSeq,
    Contact,
    ContentLength,
    ContentType,
    RecordRoute,
    Route,
    MaxForwards,
    Allow,
    Supported,
    Require,
    Unsupported,
    ProxyRequire,
    Expires,
    MinExpires,
    Reason,
    RetryAfter,
    WwwAuthenticate,
    ProxyAuthenticate,
    Authorization,
    ProxyAuthorization,
    AuthenticationInfo,
    RSeq,
    RAck,
    SessionExpires,
    MinSe,
    Event,
    SubscriptionState,
    PAssertedIdentity,
    Warning,
    UserAgent,
    Server,
    ReplyTo,
    ReferTo,
    Replaces,
}

/// <summary>Header names as they are written and as they are read (RFC 3261 §7.3: any case, compact forms).</summary>
internal static class SipHeaderNames
{
    private static readonly (SipHeader Header, string Name, char Compact)[] All =
    [
        (SipHeader.Via, "Via", 'v'), (SipHeader.From, "From", 'f'), (SipHeader.To, "To", 't'), (SipHeader.CallId, "Call-ID", 'i'),
        (SipHeader.CSeq, "CSeq", '\0'), (SipHeader.Contact, "Contact", 'm'), (SipHeader.ContentLength, "Content-Length", 'l'),
        (SipHeader.ContentType, "Content-Type", 'c'), (SipHeader.RecordRoute, "Record-Route", '\0'), (SipHeader.Route, "Route", '\0'),
        (SipHeader.MaxForwards, "Max-Forwards", '\0'), (SipHeader.Allow, "Allow", '\0'), (SipHeader.Supported, "Supported", 'k'),
        (SipHeader.Require, "Require", '\0'), (SipHeader.Unsupported, "Unsupported", '\0'), (SipHeader.ProxyRequire, "Proxy-Require", '\0'),
        (SipHeader.Expires, "Expires", '\0'), (SipHeader.MinExpires, "Min-Expires", '\0'), (SipHeader.Reason, "Reason", '\0'),
        (SipHeader.RetryAfter, "Retry-After", '\0'), (SipHeader.WwwAuthenticate, "WWW-Authenticate", '\0'),
        (SipHeader.ProxyAuthenticate, "Proxy-Authenticate", '\0'), (SipHeader.Authorization, "Authorization", '\0'),
        (SipHeader.ProxyAuthorization, "Proxy-Authorization", '\0'), (SipHeader.AuthenticationInfo, "Authentication-Info", '\0'),
        (SipHeader.RSeq, "RSeq", '\0'), (SipHeader.RAck, "RAck", '\0'), (SipHeader.SessionExpires, "Session-Expires", 'x'),
        (SipHeader.MinSe, "Min-SE", '\0'), (SipHeader.Event, "Event", 'o'), (SipHeader.SubscriptionState, "Subscription-State", '\0'),
        (SipHeader.PAssertedIdentity, "P-Asserted-Identity", '\0'), (SipHeader.Warning, "Warning", '\0'), (SipHeader.UserAgent, "User-Agent", '\0'),
        (SipHeader.Server, "Server", '\0'), (SipHeader.ReplyTo, "Reply-To", '\0'), (SipHeader.ReferTo, "Refer-To", 'r'),
        (SipHeader.Replaces, "Replaces", '\0'),
    ];

    // by length, because names are looked up for each line of each message
    private static readonly (SipHeader Header, byte[] Lower)[][] ByLength =
        [.. Enumerable.Range(0, 1 + All.Max(n => n.Name.Length)).Select(length => All
            .Where(n => n.Name.Length == length)
            .Select(n => (n.Header, System.Text.Encoding.ASCII.GetBytes(n.Name.ToLowerInvariant())))
            .ToArray())];

    private static readonly SipHeader[] ByCompact = Compacts();

    private static readonly string[] Names = [.. Enum.GetValues<SipHeader>().Select(h => All.FirstOrDefault(n => n.Header == h).Name ?? "")];

    /// <summary>The name as it is written.</summary>
    public static string Of(SipHeader header) => Names[(int)header];

    public static SipHeader Find(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1)
        {
            return name[0] < 128 ? ByCompact[name[0] | 0x20] : SipHeader.Other;
        }

        if (name.Length >= ByLength.Length)
        {
            return SipHeader.Other;
        }

        foreach (var (header, lower) in ByLength[name.Length])
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, lower))
            {
                return header;
            }
        }

        return SipHeader.Other;
    }

    private static SipHeader[] Compacts()
    {
        var found = new SipHeader[128];
        foreach (var (header, _, compact) in All)
        {
            if (compact != '\0')
            {
                found[compact] = header;
            }
        }

        return found;
    }
}
