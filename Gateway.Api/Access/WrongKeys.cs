using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Dialer.Gateway.Access;

/// <summary>
/// Keys that are none are counted by address (P52): whoever tries more than <see cref="PerMinute"/> in a minute is not looked up any more.
/// Keys that were good from there before are, so that a script gone wrong does not shut out its neighbours.
/// </summary>
internal sealed class WrongKeys : IDisposable
{
    public const int PerMinute = 60;

    /// <summary>Remembered good keys; beyond it they are forgotten, which costs only who shares an address with a guesser.</summary>
    private const int MostKnown = 10_000;

    private readonly PartitionedRateLimiter<string> wrong = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1) }));

    private readonly ConcurrentDictionary<(string Address, string Hash), byte> known = [];

    /// <summary>Whether this key from this address is looked up.</summary>
    public bool MayTry(string address, string hash)
    {
        using var left = wrong.AttemptAcquire(address, permitCount: 0);
        return left.IsAcquired || known.ContainsKey((address, hash));
    }

    public void Failed(string address) => wrong.AttemptAcquire(address).Dispose();

    public void Worked(string address, string hash)
    {
        if (known.Count >= MostKnown)
        {
            known.Clear();
        }

        known.TryAdd((address, hash), 0);
    }

    public void Dispose() => wrong.Dispose();
}
