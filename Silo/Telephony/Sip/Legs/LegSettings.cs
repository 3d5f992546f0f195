namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a leg is called with. One object for all legs of a trunk but for <see cref="Target"/> and the times.</summary>
internal sealed record LegSettings
{
    /// <summary>Request-URI of the INVITE, the number in its user part.</summary>
    public required SipUri Target { get; init; }

    /// <summary>The From address, caller id in its user part.</summary>
    public required SipUri From { get; init; }

    /// <summary>An outbound proxy, written as the first Route; null = none.</summary>
    public SipUri? OutboundProxy { get; init; }

    public DigestCredentials? Credentials { get; init; }

    /// <summary>The session that is offered (RFC 8866); null = the far side is to offer one, and its 2xx waits for <see cref="SipLeg.Confirm"/>.</summary>
    public required string? Offer { get; init; }

    /// <summary>The answer to a session that the far side offers within the call.</summary>
    public required Func<ReadOnlyMemory<byte>, string> AnswerTo { get; init; }

    /// <summary>Our address in the <c>o=</c> line of every session we send; null = sessions are sent as they are.</summary>
    public string? Origin { get; init; }

    /// <summary>Further header lines of the INVITE, each with its line end; empty = none.</summary>
    public string ExtraHeaders { get; init; } = "";

    public string UserAgent { get; init; } = "Dialer";

    /// <summary>Without any provisional response for this long the trunk does not answer: shorter than Timer B (facts: 4–6 s).</summary>
    public TimeSpan ProvisionalLimit { get; init; } = TimeSpan.FromSeconds(6);

    public required TimeSpan RingLimit { get; init; }

    public required TimeSpan MaxTalk { get; init; }

    /// <summary>Whether provisional responses may be asked to be acknowledged (RFC 3262).</summary>
    public bool Has100Rel { get; init; } = true;

    /// <summary>How long a session holds without being refreshed (RFC 4028), in seconds; 0 = we ask for no session timer.</summary>
    public int SessionExpires { get; init; } = 1_800;

    /// <summary>A far side that knows no session timer is asked by OPTIONS instead, as often as the session would be refreshed.</summary>
    public bool ChecksFarSide { get; init; }
}
