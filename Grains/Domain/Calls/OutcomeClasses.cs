using Dialer.Calls;

namespace Dialer.Domain.Calls;

/// <summary>What each outcome class means for attempts and for the bot (P8, P25, P40; telephony §6).</summary>
public static class OutcomeClasses
{
    /// <summary>The call was really placed: it counts as an attempt and resets the error streak.</summary>
    public static bool IsPlaced(CallClass callClass) => callClass is
        CallClass.Answered or CallClass.BotFailed or CallClass.Busy or CallClass.Rejected
        or CallClass.NoAnswer or CallClass.Unreachable or CallClass.Nonexistent;

    /// <summary><c>callNotConnectedReason</c> of the bot protocol; null where the event is another one.</summary>
    public static string? NotConnectedReason(CallClass callClass) => callClass switch
    {
        CallClass.Busy or CallClass.Rejected => "BUSY",
        CallClass.NoAnswer or CallClass.Unreachable => "NO_ANSWER",
        _ => null,
    };
}
