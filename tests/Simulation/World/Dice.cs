namespace Dialer.Tests.Simulation;

/// <summary>The one source of chance of a world: the same seed draws the same.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>True in <paramref name="perMille"/> of a thousand cases.</summary>
    public bool Chance(int perMille) => perMille > 0 && random.Next(1000) < perMille;

    /// <summary>Both ends included.</summary>
    public int Between(int from, int to) => random.Next(from, to + 1);

    public long Between(TimeSpan from, TimeSpan to) => random.NextInt64((long)from.TotalMilliseconds, (long)to.TotalMilliseconds + 1);

    public T One<T>(params IReadOnlyList<T> items) => items[random.Next(items.Count)];

    /// <summary>Mostly short, sometimes long: a latency in milliseconds.</summary>
    public long Latency(int usual, int worst) => random.Next(8) == 0 ? random.Next(worst + 1) : random.Next(usual + 1);
}
