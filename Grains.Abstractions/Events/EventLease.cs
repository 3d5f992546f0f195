namespace Dialer.Events;

/// <summary>
/// Events are written only while somebody listens. A stream listens for a while and says so again and again; a webhook listens
/// until it is taken back.
/// </summary>
public static class EventLease
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    /// <summary>How often a stream renews it.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A lease with less than this left may have been over by another machine's clock: its renewal counts as a gap.
    /// </summary>
    public static readonly TimeSpan ClockDoubt = TimeSpan.FromSeconds(5);

    /// <summary>What a webhook holds.</summary>
    public static readonly UnixTime Forever = UnixTime.Never;
}
