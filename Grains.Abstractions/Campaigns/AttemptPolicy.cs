namespace Dialer.Campaigns;

/// <summary>How often and how soon numbers are tried again (P5, P6, P7).</summary>
[GenerateSerializer, Immutable, Alias("dialer.AttemptPolicy")]
public sealed record AttemptPolicy
{
    public const int MaxInitial = 99;
    public const int MinPauseMinutes = 1;
    public const int MaxPauseMinutes = 2880;

    /// <summary>Attempts of a job's first series, 1–99 (P5).</summary>
    [Id(0)]
    public int Initial { get; init; } = 1;

    /// <summary>Cap on all series of a job together, initial–99 (P5).</summary>
    [Id(1)]
    public int Maximum { get; init; } = 99;

    /// <summary>Minutes from the end of one attempt to the start of the next, 1–2880 (P6).</summary>
    [Id(2)]
    public int PauseMinutes { get; init; } = 30;

    /// <summary>An answered call shorter than this is retried; 0 = every answered call is final (P7).</summary>
    [Id(3)]
    public int RedialIfShorterThanSeconds { get; init; }
}
