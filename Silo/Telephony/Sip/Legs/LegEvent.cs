namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a leg tells.</summary>
public enum LegEventKind
{
    None = 0,

    /// <summary>A provisional response above 100: it rings, or early media came.</summary>
    Ringing = 1,

    /// <summary>The first 2xx; one that crossed our CANCEL (<see cref="SipLeg.IsCancelled"/>) is hung up right after.</summary>
    Answered = 2,

    /// <summary>It was up and we send BYE, by order or by its own limits; its facts are those of an end that is not confirmed yet.</summary>
    HangingUp = 3,

    /// <summary>It is over; the last event of a leg.</summary>
    Ended = 4,
}

/// <summary>How a leg came to its end, before anybody judges it (P40).</summary>
public enum LegEnd
{
    None = 0,

    /// <summary>A final response that is no 2xx.</summary>
    Refused = 1,

    /// <summary>We cancelled it, at the ring limit or by order.</summary>
    Cancelled = 2,

    /// <summary>The callee's side sent BYE.</summary>
    RemoteBye = 3,

    /// <summary>We sent BYE.</summary>
    LocalBye = 4,

    /// <summary>No response at all.</summary>
    NoResponse = 5,

    /// <summary>It could not be sent.</summary>
    NotSent = 6,

    /// <summary>An answered call whose dialog is gone (481, 408 or silence to a request of ours within it).</summary>
    Lost = 7,
}

/// <summary>The raw facts of an end.</summary>
/// <param name="How">Which way it ended.</param>
/// <param name="Status">The final response; 0 = none.</param>
/// <param name="Q850">The cause in a Reason header (RFC 3326); 0 = none.</param>
/// <param name="Text">The reason phrase or a Reason's text.</param>
/// <param name="HadRinging">A provisional response above 100 had come.</param>
/// <param name="AtRingLimit">We cancelled because the phone rang as long as it may.</param>
/// <param name="Crossed">The answer crossed our CANCEL: acknowledged and hung up at once.</param>
/// <param name="IsSilent">The far side never answered anything, whatever the end is called.</param>
/// <param name="At">When it ended (P6): the first BYE of either side, our CANCEL, or the final response. On the host's clock; null = just now.</param>
public sealed record LegEndFacts(
    LegEnd How, int Status = 0, int Q850 = 0, string? Text = null, bool HadRinging = false, bool AtRingLimit = false, bool Crossed = false,
    bool IsSilent = false, long? At = null);

/// <summary>Where a leg sends its messages and puts its events. Called in the leg's own turn.</summary>
internal interface ILegHost
{
    /// <summary>Milliseconds on a clock that never goes back.</summary>
    long Now { get; }

    /// <summary>The way of the INVITE: to the target that is tried now.</summary>
    SipHop Hop { get; }

    /// <summary>The ways to every target that an INVITE may have gone to, for one whose sender is lost.</summary>
    IReadOnlyList<SipHop> AllHops => [Hop];

    /// <summary>The way of a request within the dialog: to its first route, or to the far side's Contact (RFC 3261 §12.2.1.1).</summary>
    SipHop HopTo(SipUri next);

    /// <summary>Takes the next target of the trunk, because the one tried now cannot (RFC 3263 §4.3); false: there is none.</summary>
    bool NextTarget() => false;

    /// <summary>An answer to a request that came: where that came from.</summary>
    void Reply(SipMessage request, ReadOnlyMemory<byte> response);

    /// <summary>A message of the far side's came: for traces.</summary>
    void Seen(SipLeg leg, SipMessage message)
    {
    }

    void Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end);

    /// <summary>
    /// The far side offers a session within the call, or asks for one (INVITE without a body). True: the host answers it by
    /// <see cref="SipLeg.AnswerOffer"/>; false: the leg does, with the answer of its settings.
    /// </summary>
    bool Offered(SipLeg leg, SipMessage request) => false;

    /// <summary>The far side took back what <see cref="Offered"/> told: it wants no answer any more.</summary>
    void Withdrawn(SipLeg leg)
    {
    }

    /// <summary>The ACK of an answer that held our offer came, with the far side's answer.</summary>
    void Confirmed(SipLeg leg, ReadOnlyMemory<byte> answer)
    {
    }
}
