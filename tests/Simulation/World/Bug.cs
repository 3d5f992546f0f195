namespace Dialer.Tests.Simulation;

/// <summary>Bugs that can be built into a world, so that a law which never fails is known to be able to.</summary>
internal enum Bug
{
    None,

    /// <summary>The driver lets one try id out twice.</summary>
    DoubleDial,

    /// <summary>A lost call's row goes back with the number of its try: it is dialed again.</summary>
    TryNumberReused,

    /// <summary>The campaign frees a permit when the call is answered.</summary>
    PermitFreedEarly,

    /// <summary>Neither the campaign nor the store keeps to the cap.</summary>
    CapNotChecked,

    /// <summary>The channel grants without counting starts.</summary>
    RateNotCounted,

    WindowIgnored,

    /// <summary>A commit leaves the counters as they were.</summary>
    CounterForgotten,

    EpochNotChecked,

    DoNotCallNotChecked,

    GapNotKept,

    FrequencyCapNotKept,

    /// <summary>A lost call is called over without asking the carrier.</summary>
    SettledTooEarly,

    /// <summary>The end of an answered call spends nothing.</summary>
    AnswerNotSpent,

    /// <summary>The backoff of errors is always a minute.</summary>
    BackoffTooShort,

    /// <summary>The pause between attempts is not kept.</summary>
    PauseNotKept,

    /// <summary>Attempts of a series are not counted against its limit.</summary>
    LimitIgnored,

    /// <summary>The phone's row does not hold its live try.</summary>
    PhoneNotHeld,

    /// <summary>A token is not looked at again when it took long to get ready for the call.</summary>
    TokenCheckedOnce,

    /// <summary>The sweep of overdue backoffs and the reminders never come.</summary>
    NeverWoken,

    /// <summary>A cancelled job is dialed on.</summary>
    CancelIgnored,

    /// <summary>A pause is told before it is written.</summary>
    PauseToldEarly,

    /// <summary>A stop-now hangs nobody up.</summary>
    StopNotHeard,

    /// <summary>The channel grants before a bot has answered a probe.</summary>
    BotNotWaitedFor,

    /// <summary>The channel grants and tells nobody when a bot is down.</summary>
    BotDownIgnored,

    /// <summary>A bot is told that what it said is taken before it is written.</summary>
    BotReplyLost,

    /// <summary>The end of a call does not look at what its bot had said.</summary>
    BotReplyNotRead,

    /// <summary>A step drops a job's row.</summary>
    RowLost,
}
