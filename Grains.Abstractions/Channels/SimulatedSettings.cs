namespace Dialer.Channels;

/// <summary>A span of seconds a simulated duration is drawn from; Min ≤ Max.</summary>
[GenerateSerializer, Immutable, Alias("dialer.SecondsRange")]
public readonly record struct SecondsRange([property: Id(0)] double Min, [property: Id(1)] double Max);

/// <summary>
/// How the simulated carrier behaves (P44). What becomes of a call is drawn from the seed and the call's id, and whether a
/// number exists from the seed and the number, so the same seed gives the same outcomes. Weights need not add up to one.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.SimulatedSettings")]
public sealed record SimulatedSettings
{
    [Id(0)] public double Answer { get; init; } = 0.6;
    [Id(1)] public double Busy { get; init; } = 0.15;
    [Id(2)] public double NoAnswer { get; init; } = 0.2;
    [Id(3)] public double Reject { get; init; }
    [Id(4)] public double Nonexistent { get; init; } = 0.03;
    [Id(5)] public double Error { get; init; } = 0.02;
    [Id(6)] public SecondsRange RingSeconds { get; init; } = new(1, 5);
    [Id(7)] public SecondsRange TalkSeconds { get; init; } = new(5, 30);
    [Id(8)] public int Seed { get; init; }

    /// <summary>Loopback address <c>host:port</c> of a carrier that runs as its own process; null = inside this one.</summary>
    [Id(9)] public string? Endpoint { get; init; }

    /// <summary>
    /// File of the in-process carrier's own books, a plain name being one in the data directory's folder <c>ledgers</c>; null = none. Kept by one process at a time; not used with
    /// <see cref="Endpoint"/>, whose carrier is given its own when it is started.
    /// </summary>
    [Id(10)] public string? Ledger { get; init; }
}
