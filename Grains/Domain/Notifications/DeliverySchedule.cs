namespace Dialer.Domain.Notifications;

/// <summary>When a delivery is tried again (P51): 5 s … 24 h after the attempt before, ten attempts over three days; then it is given up.</summary>
public static class DeliverySchedule
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Attempts in all.</summary>
    public static int Attempts => Pauses.Length + 1;

    /// <summary>
    /// The pause after the n-th failed attempt, up to a fifth longer by a stable draw, so that what failed together does not come again
    /// together; null = that was the last one.
    /// </summary>
    /// <param name="failed">Attempts that failed, from 1.</param>
    /// <param name="delivery">Whose: the draw's seed.</param>
    /// <param name="scale">1, or less in rehearsals.</param>
    public static TimeSpan? PauseAfter(int failed, long delivery, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failed, 1);
        if (failed > Pauses.Length)
        {
            return null;
        }

        var draw = Draw((ulong)delivery, (ulong)failed);
        return Pauses[failed - 1] * (scale * (1 + (draw / 5)));
    }

    /// <summary>0 to 1, the same for the same delivery and attempt (SplitMix64).</summary>
    private static double Draw(ulong delivery, ulong attempt)
    {
        unchecked
        {
            var x = (delivery * 0x9E3779B97F4A7C15UL) + attempt;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return ((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
