namespace Dialer.Domain.Subscribers;

/// <summary>The backoff of technical errors (P8): 1, 2, 4 … 128 minutes; the 9th in a row spends an attempt.</summary>
public static class ErrorBackoff
{
    /// <summary>This many consecutive errors spend one attempt, and the count starts anew.</summary>
    public const int ErrorsPerAttempt = 9;

    /// <summary>The wait after the <paramref name="streak"/>-th consecutive error, 1–8.</summary>
    public static TimeSpan After(int streak)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streak, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(streak, ErrorsPerAttempt);
        return TimeSpan.FromMinutes(1 << (streak - 1));
    }
}
