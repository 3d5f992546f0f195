namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a request outside calls says.</summary>
internal sealed record SipInquirySettings
{
    public required string Method { get; init; }

    /// <summary>Request-URI.</summary>
    public required string Uri { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string CallId { get; init; }

    /// <summary>From tag, also what branches are made of: unique for each inquiry.</summary>
    public required string Tag { get; init; }

    /// <summary>The request has one more: within one Call-ID they rise (RFC 3261 §10.2).</summary>
    public int FirstCSeq { get; init; }

    /// <summary>Route header line; empty = none.</summary>
    public string Route { get; init; } = "";

    /// <summary>Further header lines, each with its line end.</summary>
    public string Extra { get; init; } = "";

    public DigestCredentials? Credentials { get; init; }

    /// <summary>Without a final response for this long it is given up.</summary>
    public required TimeSpan Limit { get; init; }
}
