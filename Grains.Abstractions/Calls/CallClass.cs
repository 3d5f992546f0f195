namespace Dialer.Calls;

/// <summary>What became of one try (P40). Whether it counts, and what follows, is decided in Domain.</summary>
public enum CallClass : byte
{
    None = 0,

    /// <summary>The callee's side answered. Always an attempt, whatever happened afterwards (P41).</summary>
    Answered = 1,
    Busy = 2,

    /// <summary>Refused by the person or the network on their behalf.</summary>
    Rejected = 3,
    NoAnswer = 4,

    /// <summary>Off or without coverage; an attempt, "no answer" on the wire.</summary>
    Unreachable = 5,

    /// <summary>No such number; final at once (P25).</summary>
    Nonexistent = 6,

    /// <summary>The call could not be placed: no attempt spent (P8).</summary>
    Technical = 7,

    /// <summary>We stopped it ourselves before it was answered (stop now, shutdown).</summary>
    Cancelled = 8,

    /// <summary>Its fate is not known after a crash (P29).</summary>
    Unknown = 9,

    /// <summary>Answered, but the bot was not there (P41).</summary>
    BotFailed = 10,

    /// <summary>Never left: a token came too late or the driver refused; nothing is spent.</summary>
    NotPlaced = 11,
}
