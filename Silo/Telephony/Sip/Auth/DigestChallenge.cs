namespace Dialer.Silo.Telephony.Sip;

/// <summary>A challenge that the user agent can answer (RFC 7616 §3.3, RFC 8760): MD5 or SHA-256, with or without <c>-sess</c>.</summary>
public sealed record DigestChallenge
{
    public required string Realm { get; init; }

    public required string Nonce { get; init; }

    public string? Opaque { get; init; }

    /// <summary>As the server wrote it; null = it named none, which means MD5 and is not written back.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The server offered <c>qop=auth</c>; off = it knows RFC 2069 only.</summary>
    public bool HasQop { get; init; }

    /// <summary>The nonce was too old, the password may be right (RFC 7616 §3.3).</summary>
    public bool IsStale { get; init; }

    /// <summary>It came in Proxy-Authenticate, so the answer goes into Proxy-Authorization.</summary>
    public bool IsProxy { get; init; }

    public bool IsSession => Algorithm?.EndsWith("-sess", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsSha256 => Algorithm?.StartsWith("SHA-256", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>
    /// The challenges of a response that can be answered: of each realm the strongest (RFC 8760 §2.4 leaves the order to the
    /// server; a weaker one written first is not taken for that).
    /// </summary>
    public static IReadOnlyList<DigestChallenge> Of(SipMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var all = response.Lines(SipHeader.WwwAuthenticate).Select(l => Parse(l, isProxy: false))
            .Concat(response.Lines(SipHeader.ProxyAuthenticate).Select(l => Parse(l, isProxy: true)))
            .OfType<DigestChallenge>();
        return [.. all.GroupBy(c => (c.Realm, c.IsProxy)).Select(g => g.OrderByDescending(c => c.IsSha256).First())];
    }

    /// <summary>Null for another scheme, an unknown algorithm, a qop without <c>auth</c>, or no nonce.</summary>
    public static DigestChallenge? Parse(string text, bool isProxy)
    {
        ArgumentNullException.ThrowIfNull(text);
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || !text.AsSpan(0, blank).Equals("Digest", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var values = SipText.Parameters(SipText.SplitList(text[(blank + 1)..]));
        var algorithm = values.GetValueOrDefault("algorithm");
        var isKnown = algorithm?.ToUpperInvariant() is null or "MD5" or "MD5-SESS" or "SHA-256" or "SHA-256-SESS";
        var qop = values.GetValueOrDefault("qop");
        var hasAuth = qop is not null && SipText.SplitList(qop).Contains("auth", StringComparer.OrdinalIgnoreCase);
        return !isKnown || (qop is not null && !hasAuth) || !values.TryGetValue("nonce", out var nonce)
            ? null
            : new DigestChallenge
            {
                Realm = values.GetValueOrDefault("realm", ""),
                Nonce = nonce,
                Opaque = values.GetValueOrDefault("opaque"),
                Algorithm = algorithm,
                HasQop = hasAuth,
                IsStale = values.GetValueOrDefault("stale", "").Equals("true", StringComparison.OrdinalIgnoreCase),
                IsProxy = isProxy,
            };
    }
}
