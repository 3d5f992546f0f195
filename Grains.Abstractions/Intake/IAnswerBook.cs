namespace Dialer.Intake;

/// <summary>
/// Answers to requests with a key of idempotence, kept for a day: for operations that can be done again without harm. Adding jobs
/// has its key in the jobs' own transaction instead (<see cref="IJobIntake"/>).
/// </summary>
public interface IAnswerBook
{
    /// <summary>Notes down that a request began, and tells what is known of the key.</summary>
    Task<KnownAnswer> BeginAsync(IntakeKey key, UnixTime now);

    /// <summary>Keeps the answer.</summary>
    Task KeepAsync(IntakeKey key, string answer);

    /// <summary>Forgets a request that was refused: it may be asked again with the same key.</summary>
    Task ForgetAsync(IntakeKey key);
}

/// <summary>What is known of a key.</summary>
/// <param name="IsNew">Nobody has used it within the day.</param>
/// <param name="Answer">What was answered; null = the first request has not ended, or its process did.</param>
/// <param name="Since">When the first request began.</param>
public readonly record struct KnownAnswer(bool IsNew, string? Answer, UnixTime Since = default);
