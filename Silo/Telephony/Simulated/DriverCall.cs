using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// A call of a driver that has not ended. Its facts are judged and posted under its own lock, so that sequence numbers leave in
/// their order whichever thread brings them.
/// </summary>
internal sealed class DriverCall(DialCommand command, UnixTime startedAt, long deadline)
{
    public DialCommand Command { get; } = command;

    public UnixTime StartedAt { get; } = startedAt;

    /// <summary>When the driver gives up on it, in ticks of its monotonic clock.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Whether a look found it past its deadline; the next one gives it up.</summary>
    public bool IsOverdue { get; set; }

    public int Seq { get; set; }

    /// <summary>The furthest the carrier has told: a report of an earlier phase is old news.</summary>
    public CarrierReportKind Phase { get; set; }

    public UnixTime AnsweredAt { get; set; }

    /// <summary>Why we hang up; None while we do not.</summary>
    public HangUpReason HangUp { get; set; }

    public bool HasEnded { get; set; }

    public LiveCall AsLive() => new(Command.Id, Command.Campaign, Command.To, Phase == CarrierReportKind.Answered, StartedAt);
}
