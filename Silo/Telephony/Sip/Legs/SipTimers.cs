namespace Dialer.Silo.Telephony.Sip;

/// <summary>Times of RFC 3261 §17.1.1.1 and table 4, in milliseconds.</summary>
internal static class SipTimers
{
    public const long T1 = 500;
    public const long T2 = 4_000;
    public const long T4 = 5_000;

    /// <summary>Timers B, F, H and J over UDP, and how long a leg lingers for late repeats.</summary>
    public const long Timeout = 64 * T1;
}
