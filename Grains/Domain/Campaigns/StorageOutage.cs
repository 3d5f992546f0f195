using Dialer.Campaigns;
using Dialer.Domain.Channels;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// Storage that fails for long within calling hours pauses the campaign (P12), as a channel does that is down for long. The pause
/// can be written only when storage is back: it is the first thing that is.
/// </summary>
public sealed class StorageOutage
{
    /// <summary>Failures further apart are two outages: storage is asked at least this often while there is something to dial.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMinutes(2);

    /// <summary>An outage this long pauses.</summary>
    public static readonly TimeSpan Limit = Breaker.OpenLimit;

    private UnixTime since;
    private UnixTime last;

    /// <summary>A read or a write came to nothing.</summary>
    public void Failed(UnixTime now)
    {
        if (last.IsNone || now - last > Gap)
        {
            since = now;
        }

        last = now;
    }

    /// <summary>The cause to pause with; null when storage has not failed for long, or that was some time ago.</summary>
    public PauseCause? Judge(UnixTime now) => last.IsNone || now - last > Gap || last - since < Limit
        ? null
        : new PauseCause(
            PauseCodes.StorageFailing,
            "The database did not answer for 15 minutes, or took no writes: check it and its disk, then resume. No number was lost.",
            now,
            $"failing since {since}");

    /// <summary>The pause is written.</summary>
    public void Over() => since = last = UnixTime.None;
}
