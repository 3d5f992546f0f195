using System.Data.Common;
using Dialer.Domain.Campaigns;
using Dialer.Grains.Subscribers;

namespace Dialer.Grains.Common;

/// <summary>
/// What this silo sees of storage. Of the process and not of a campaign's activation: a campaign that cannot write leaves, and must
/// not forget the outage with that.
/// </summary>
public sealed class StorageWatch(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly StorageOutage outage = new();
    private volatile bool isFailing;

    /// <summary>Something failed; it counts when it says that storage is away, which not every exception does.</summary>
    public void Failed(Exception cause)
    {
        if (cause is StoreUnavailableException or DbException or TimeoutException or IOException)
        {
            Failed();
        }
    }

    public void Failed()
    {
        lock (gate)
        {
            isFailing = true;
            outage.Failed(clock.Now());
        }
    }

    /// <summary>Told with each group of writes: costs nothing while all is well.</summary>
    public void Succeeded()
    {
        if (!isFailing)
        {
            return;
        }

        lock (gate)
        {
            isFailing = false;
            outage.Succeeded(clock.Now());
        }
    }

    /// <summary>See <see cref="StorageOutage.Lasting"/>.</summary>
    public LongOutage? Lasting()
    {
        lock (gate)
        {
            return outage.Lasting(clock.Now());
        }
    }
}
