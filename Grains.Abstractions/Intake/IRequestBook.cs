namespace Dialer.Intake;

/// <summary>
/// Keys of idempotence of the management API (P48), kept for a day: what a request was, the id of what it makes, and its answer. Id and
/// content are noted down before anything is done, so that a repeat goes on with what was begun instead of doing it a second time.
/// </summary>
public interface IRequestBook
{
    /// <summary>Begins a request, goes on with one that was left without an answer, or tells what became of it.</summary>
    /// <param name="key">Who asks for what, and the key that was given.</param>
    /// <param name="hash">Of the request; empty = known only when its content has been read (<see cref="BindAsync"/>).</param>
    /// <param name="newId">Of what the request makes, if it is new.</param>
    /// <param name="now">The application's clock.</param>
    /// <param name="lostAfter">A request that is being served for so long has lost its process.</param>
    Task<ClaimedRequest> ClaimAsync(IntakeKey key, string hash, long newId, UnixTime now, TimeSpan lostAfter);

    /// <summary>Notes down the hash of a request whose content has been read; answers the one that stands there.</summary>
    Task<string> BindAsync(IntakeKey key, string hash);

    /// <summary>Keeps the answer.</summary>
    Task KeepAsync(IntakeKey key, string answer);

    /// <summary>Nobody serves it any more and it may have been done: whoever repeats it goes on with it.</summary>
    Task ReleaseAsync(IntakeKey key);

    /// <summary>Forgets a request that was refused: mended, it may be asked again with the same key.</summary>
    Task ForgetAsync(IntakeKey key);
}

/// <summary>How a request stands to its key.</summary>
public enum RequestClaim
{
    None = 0,

    /// <summary>Nobody has used the key within the day.</summary>
    New,

    /// <summary>Begun before and left without an answer: it may have been done.</summary>
    Again,

    /// <summary>Being served, or another request than that of the key.</summary>
    Busy,

    /// <summary>Done.</summary>
    Answered,
}

/// <summary>What is known of a key.</summary>
/// <param name="Claim">Whose turn it is.</param>
/// <param name="Id">Of what the first request makes.</param>
/// <param name="Hash">Of the first request; empty = its content has not been read to the end.</param>
/// <param name="Answer">Of the first request; null = none yet.</param>
public readonly record struct ClaimedRequest(RequestClaim Claim, long Id, string Hash, string? Answer);
