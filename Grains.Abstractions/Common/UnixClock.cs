namespace Dialer;

/// <summary>The one way shells read the time: the injected clock, in the resolution that is stored.</summary>
public static class UnixClock
{
    public static UnixTime Now(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return UnixTime.From(clock.GetUtcNow());
    }
}
