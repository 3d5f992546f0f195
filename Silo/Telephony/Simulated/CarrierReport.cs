using Dialer.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>What a carrier says about a call.</summary>
internal enum CarrierReportKind : byte
{
    None = 0,

    /// <summary>It is live and does not ring yet; only said when asked.</summary>
    Placed = 1,
    Ringing = 2,
    Answered = 3,
    Ended = 4,

    /// <summary>No such call, and none of this id will be taken any more.</summary>
    Unknown = 5,
}

/// <summary>
/// A fact about a call, or the answer to a question about it. <paramref name="At"/> is the instant of the fact; of
/// <see cref="CarrierReportKind.Unknown"/>: every call dialed at it or later would be known, had it come.
/// </summary>
internal readonly record struct CarrierReport(
    CarrierReportKind Kind,
    TryId Id,
    UnixTime At,
    UnixTime AnsweredAt = default,
    CallEnding Ending = CallEnding.None);

/// <summary>Whom the carrier tells: a driver in this process or the connection of one elsewhere. Must not block.</summary>
internal interface ICarrierListener
{
    void Report(in CarrierReport report);
}
