namespace Dialer.Channels;

/// <summary>
/// How a carrier rounds each talk up (P46): <c>60/60</c> whole minutes, <c>30/6</c> half a minute at least and then steps of six seconds,
/// <c>1/1</c> (default) whole seconds.
/// </summary>
/// <param name="First">Seconds that every answered call costs at least, 1–3600.</param>
/// <param name="Step">Seconds that come on top of them at a time, 1–3600.</param>
[GenerateSerializer, Immutable, Alias("dialer.BillingStep")]
public sealed record BillingStep([property: Id(0)] int First, [property: Id(1)] int Step)
{
    public const int MaxSeconds = 3600;

    public static readonly BillingStep Default = new(1, 1);

    /// <summary>The seconds billed for a talk; none of none.</summary>
    public long Bill(TimeSpan talk)
    {
        if (talk <= TimeSpan.Zero)
        {
            return 0;
        }

        var beyond = talk - TimeSpan.FromSeconds(First);
        return beyond <= TimeSpan.Zero
            ? First
            : First + (((beyond.Ticks - 1) / (Step * TimeSpan.TicksPerSecond)) + 1) * Step;
    }
}
