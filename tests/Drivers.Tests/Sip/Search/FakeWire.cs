namespace Dialer.Tests.Sip.Search;

/// <summary>A clock and what is to happen on it, in order; things of one time happen in the order in which they were asked for.</summary>
internal sealed class FakeTime
{
    private readonly PriorityQueue<Action, (long At, long Order)> due = new();
    private long order;

    public long Now { get; set; }

    public long Next => due.TryPeek(out _, out var when) ? when.At : long.MaxValue;

    public void At(long when, Action action) => due.Enqueue(action, (Math.Max(when, Now), order++));

    public void After(long delay, Action action) => At(Now + delay, action);

    public void RunNext() => due.Dequeue()();
}

/// <summary>Loses, doubles, delays and so reorders datagrams by the plan, in both directions.</summary>
internal sealed class FakeWire(SearchPlan plan, FakeTime time)
{
    private readonly Random random = new(plan.Seed ^ 0x5EED);

    public bool IsHealthy => time.Now >= plan.HealthyAt && time.Now < plan.DeadAt;

    /// <summary>Hands it over later, once, twice or never.</summary>
    public void Carry(Action handOver)
    {
        var copies = time.Now >= plan.DeadAt || (!IsHealthy && random.NextDouble() < plan.Loss) ? 0
            : random.NextDouble() < plan.Twice ? 2
            : 1;
        for (; copies > 0; copies--)
        {
            var at = time.Now + random.Next(1, IsHealthy ? 20 : plan.LongestDelay);
            if (at < plan.DeadAt)
            {
                time.At(at, handOver);
            }
        }
    }
}
