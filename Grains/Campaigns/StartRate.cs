namespace Dialer.Grains.Campaigns;

/// <summary>Starts per second over the last ten seconds, for people (P18).</summary>
internal sealed class StartRate
{
    private const int Seconds = 10;

    private readonly int[] counts = new int[Seconds];
    private long current;

    public void Add(UnixTime now)
    {
        Roll(now);
        counts[current % Seconds]++;
    }

    public double PerSecond(UnixTime now)
    {
        Roll(now);
        return Math.Round((double)counts.Sum() / Seconds, 1);
    }

    private void Roll(UnixTime now)
    {
        var second = now.Ms / 1000;
        for (; current < second; current++)
        {
            if (second - current > Seconds)
            {
                current = second - Seconds;
            }

            counts[(current + 1) % Seconds] = 0;
        }
    }
}
