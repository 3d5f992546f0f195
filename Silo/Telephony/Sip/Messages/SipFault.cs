namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// What a user agent finds wrong with a message that could be read (RFC 3261 §8.1.3, §8.2, §18.1.2). A request is answered with it,
/// but for ACK, which is never answered; a response is dropped.
/// </summary>
/// <param name="Status">The status that answers a request.</param>
/// <param name="Reason">Reason phrase, and what goes into a log.</param>
public sealed record SipFault(int Status, string Reason)
{
    private static readonly SipHeader[] Needed = [SipHeader.Via, SipHeader.From, SipHeader.To, SipHeader.CallId, SipHeader.CSeq];
    private static readonly SipHeader[] Single = [SipHeader.From, SipHeader.To, SipHeader.CallId, SipHeader.CSeq, SipHeader.MaxForwards, SipHeader.ContentType];

    /// <summary>Extensions that may be required of us: RFC 3262, RFC 4028.</summary>
    private static readonly string[] Known = ["100rel", "timer"];

    /// <summary>Null: nothing is wrong.</summary>
    public static SipFault? Of(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var reason = InAny(message) ?? (message.IsRequest ? null : InResponse(message));
        return reason is not null ? new(400, reason) : message.IsRequest ? InRequest(message) : null;
    }

    private static string? InAny(SipMessage message)
    {
        foreach (var header in Needed)
        {
            if (!message.Has(header))
            {
                return $"No {SipHeaderNames.Of(header)}";
            }
        }

        foreach (var header in Single)
        {
            if (message.Lines(header).Skip(1).Any())
            {
                return $"More than one {SipHeaderNames.Of(header)}";
            }
        }

        return message.CallId.Length == 0 ? "Bad Call-ID"
            : message.CSeq.Number < 0 ? "Bad CSeq"
            : message.From is null ? "Bad From"
            : message.To is null ? "Bad To"
            : message.TopVia is null || message.Lines(SipHeader.Via).Any(HasGap) ? "Bad Via"
            : message.TopVia.Branch == SipVia.MagicCookie ? "Empty branch"
            : null;
    }

    /// <summary>One that passed us by with a Via above ours is not for us (§8.1.3.3).</summary>
    private static string? InResponse(SipMessage response) =>
        response.Elements(SipHeader.Via).Skip(1).Any() ? "More than one Via" : null;

    private static SipFault? InRequest(SipMessage request)
    {
        if (request.CSeq.Method != request.Method)
        {
            return new(400, "CSeq has another method");
        }

        if (!SipUri.TryParse(request.RequestUri, out var uri) || uri.HasHeaders)
        {
            return IsForeign(request.RequestUri) ? new(416, "Unsupported URI Scheme") : new(400, "Bad Request-URI");
        }

        if (request.Elements(SipHeader.Contact).Any(c => SipNameAddr.Parse(c) is null && c != "*"))
        {
            return new(400, "Bad Contact");
        }

        if (request.Elements(SipHeader.Require).Any(r => !Known.Contains(r, StringComparer.OrdinalIgnoreCase)))
        {
            return new(420, "Bad Extension");
        }

        return request.Method is SipMethods.Invite or SipMethods.Update ? InSession(request) : null;
    }

    /// <summary>Sessions are offered and answered in SDP only (RFC 3261 §8.2.3, §20.1).</summary>
    private static SipFault? InSession(SipMessage request)
    {
        if (!request.Body.IsEmpty && !IsSdp(request.First(SipHeader.ContentType) ?? ""))
        {
            return new(415, "Unsupported Media Type");
        }

        return request.First("Accept") is { } accept && !SipText.SplitList(accept).Any(IsSdp) ? new(406, "Not Acceptable") : null;
    }

    private static bool IsSdp(string mediaType)
    {
        var semicolon = mediaType.IndexOf(';', StringComparison.Ordinal);
        var type = (semicolon < 0 ? mediaType : mediaType[..semicolon]).Split('/', 2, StringSplitOptions.TrimEntries);
        return type.Length == 2
            && (type[0] == "*" || type[0].Equals("application", StringComparison.OrdinalIgnoreCase))
            && (type[1] == "*" || type[1].Equals("sdp", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A URI of a scheme that we do not know, as against none at all (RFC 3986 §3.1).</summary>
    private static bool IsForeign(string uri)
    {
        var scheme = uri.AsSpan(0, Math.Max(0, uri.IndexOf(':', StringComparison.Ordinal)));
        var isScheme = !scheme.IsEmpty && char.IsAsciiLetter(scheme[0]);
        foreach (var letter in scheme)
        {
            isScheme &= char.IsAsciiLetterOrDigit(letter) || letter is '+' or '-' or '.';
        }

        return isScheme && !scheme.Equals("sip", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("sips", StringComparison.OrdinalIgnoreCase)
            && !scheme.Equals("tel", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Commas or semicolons with nothing between them (RFC 4475 §3.1.2.1).</summary>
    private static bool HasGap(string line) =>
        SipText.Split(line, ',', isEmptyKept: true).Any(via => via.Length == 0 || SipText.Split(via, ';', isEmptyKept: true).Contains(""));
}
