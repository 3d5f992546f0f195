using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>A live call of the carrier. Touched under the carrier's lock only.</summary>
internal sealed class CarrierCall
{
    public required TryId Id { get; init; }

    public required PhoneNumber Phone { get; init; }

    public required CallScript Script { get; init; }

    public required UnixTime StartedAt { get; init; }

    /// <summary>Start on the carrier's monotonic clock: every later instant of the call is its start plus what the script says.</summary>
    public required long StartTicks { get; init; }

    /// <summary>Who is told: whoever dialed it, or asked for it last.</summary>
    public required ICarrierListener Owner { get; set; }

    public UnixTime AnsweredAt { get; set; }

    public bool IsOver { get; set; }

    public UnixTime InstantOf(long ticks) => StartedAt + TimeSpan.FromTicks(ticks - StartTicks);
}

/// <summary>A call that is over, as the carrier remembers it. No ending: it never came and will not be taken.</summary>
internal readonly record struct CarrierEnded(UnixTime StartedAt, UnixTime AnsweredAt, UnixTime EndedAt, CallEnding Ending);
