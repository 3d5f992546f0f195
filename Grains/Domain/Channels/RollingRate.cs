namespace Dialer.Domain.Channels;

/// <summary>
/// Starts in any rolling second (P39): within any (1 s + expiry) at most the configured number of grants, since a token granted
/// at t may be used until t + expiry. Times are on one monotonic clock.
/// </summary>
public sealed class RollingRate
{
    private readonly Queue<(TimeSpan At, int Count)> grants = new();
    private int granted;

    /// <summary>Over what grants are counted.</summary>
    public static TimeSpan Window(TimeSpan expiry) => TimeSpan.FromSeconds(1) + expiry;

    /// <summary>How many may be granted now; <see cref="int.MaxValue"/> without a limit.</summary>
    public int Available(int perSecond, TimeSpan expiry, TimeSpan now)
    {
        Forget(expiry, now);
        return perSecond <= 0 ? int.MaxValue : Math.Max(0, perSecond - granted);
    }

    public void Grant(int count, TimeSpan now)
    {
        if (count > 0)
        {
            grants.Enqueue((now, count));
            granted += count;
        }
    }

    /// <summary>How long until the oldest grant leaves the window.</summary>
    public TimeSpan Wait(TimeSpan expiry, TimeSpan now) =>
        grants.TryPeek(out var oldest) ? oldest.At + Window(expiry) - now + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;

    private void Forget(TimeSpan expiry, TimeSpan now)
    {
        var horizon = now - Window(expiry);
        while (grants.TryPeek(out var oldest) && oldest.At < horizon)
        {
            grants.Dequeue();
            granted -= oldest.Count;
        }
    }
}
