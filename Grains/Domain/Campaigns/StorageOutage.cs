using Dialer.Domain.Channels;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// Whether storage failed for long (P12): from the first failure after a confirmed write, to the last before the next one. Reads
/// that work say nothing, because a full disk reads well.
/// </summary>
public sealed class StorageOutage
{
    /// <summary>Failures further apart are two outages; and an outage that ended longer ago pauses nobody.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMinutes(2);

    /// <summary>An outage this long pauses, as a channel does that is down this long.</summary>
    public static readonly TimeSpan Limit = Breaker.OpenLimit;

    private UnixTime since;
    private UnixTime last;
    private LongOutage? over;

    /// <summary>A read or a write came to nothing.</summary>
    public void Failed(UnixTime now)
    {
        if (since.IsNone || now - last > Gap)
        {
            since = now;
        }

        last = now;
    }

    /// <summary>A write was confirmed.</summary>
    public void Succeeded(UnixTime now)
    {
        if (!since.IsNone && last - since >= Limit && now - last <= Gap)
        {
            over = new LongOutage(since, now);
        }

        since = last = UnixTime.None;
    }

    /// <summary>The long outage that goes on, or that is over since a moment ago; null if there is none.</summary>
    public LongOutage? Lasting(UnixTime now)
    {
        var found = !since.IsNone && last - since >= Limit ? new LongOutage(since, last) : over;
        return now - found?.End <= Gap ? found : null;
    }
}

/// <summary>An outage that is long enough to pause: its first failure, which tells it from others, and its last or its end.</summary>
public readonly record struct LongOutage(UnixTime Since, UnixTime End);
