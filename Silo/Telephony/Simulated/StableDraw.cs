namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// Numbers drawn from values that are the same everywhere (SplitMix64): no state outside, so the same seed and the same
/// words give the same row of draws in any process and on any machine.
/// </summary>
internal struct StableDraw
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;
    private ulong _state;

    public StableDraw(long seed, long first, long second) =>
        _state = Mix(Mix(Mix((ulong)seed + Step) ^ (ulong)first) ^ (ulong)second);

    /// <summary>The next draw, in [0, 1).</summary>
    public double Next()
    {
        _state += Step;
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
