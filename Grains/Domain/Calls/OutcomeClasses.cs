using Dialer.Calls;

namespace Dialer.Domain.Calls;

/// <summary>What each outcome class means for attempts and for the bot (P8, P25, P40; telephony §6).</summary>
public static class OutcomeClasses
{
    /// <summary>The call was really placed: it counts as an attempt and resets the error streak.</summary>
    public static bool IsPlaced(CallClass callClass) => callClass is
        CallClass.Answered or CallClass.BotFailed or CallClass.Busy or CallClass.Rejected
        or CallClass.NoAnswer or CallClass.Unreachable or CallClass.Nonexistent;

    /// <summary>Many of one of these in a row look like a wrong prefix or a carrier's limit (P12).</summary>
    public static bool IsSuspicious(CallClass callClass) => callClass is CallClass.Nonexistent or CallClass.Rejected or CallClass.Technical;

    /// <summary>
    /// Whether an outcome shows that the trunk works, and so ends a row of channel-class errors (P42). A call that was answered
    /// before the last such error says nothing: when a trunk dies its talks end too.
    /// </summary>
    public static bool ShowsChannelUp(CallClass callClass, UnixTime answeredAt, UnixTime lastErrorAt) => callClass switch
    {
        CallClass.Answered or CallClass.BotFailed => answeredAt > lastErrorAt,
        _ => IsPlaced(callClass),
    };

    /// <summary><c>callNotConnectedReason</c> of the bot protocol; null where the event is another one.</summary>
    public static string? NotConnectedReason(CallClass callClass) => callClass switch
    {
        CallClass.Busy or CallClass.Rejected => "BUSY",
        CallClass.NoAnswer or CallClass.Unreachable => "NO_ANSWER",
        _ => null,
    };
}
