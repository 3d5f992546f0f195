namespace Dialer.Subscribers;

/// <summary>
/// Of a final job: how it ended (calls-api §1.10). Of one that is not final: what its last attempt came to, so that an edit
/// that lowers the attempts can end it with that (P14).
/// </summary>
public enum JobResult : byte
{
    None = 0,

    /// <summary>Reached, and the bot gave a call result.</summary>
    ReachedWithResult = 1,

    /// <summary>Reached, no call result.</summary>
    Reached = 2,
    NoAnswer = 3,

    /// <summary>Answered, but shorter than P7: <c>noAnswer</c> on the wire, "answered, short" in the console.</summary>
    AnsweredShort = 4,
    Nonexistent = 5,
    TechnicalError = 6,
    Cancelled = 7,
    NotDone = 8,
    Unknown = 9,

    /// <summary>Answered by nobody's bot until the attempts were used up (P41); <c>noAnswer</c> on the wire.</summary>
    BotFailed = 10,
}
