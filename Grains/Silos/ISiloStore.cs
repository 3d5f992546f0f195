using Dialer.Calls;
using Dialer.Subscribers;

namespace Dialer.Grains.Silos;

/// <summary>The processes that dial, by number: a live row says which of them holds its call.</summary>
public interface ISiloStore
{
    /// <summary>Registers this process and answers its number, new with each start.</summary>
    Task<int> RegisterAsync(string address, UnixTime now);

    /// <summary>Says that this process is still there.</summary>
    Task SeenAsync(int silo, UnixTime now);

    Task<IReadOnlyList<SiloRow>> ListAsync();

    /// <summary>Live rows by silo; the key 0 does not occur.</summary>
    Task<IReadOnlyList<JobRow>> ReadLiveOfAsync(IReadOnlyCollection<int> silos, int limit);

    /// <summary>The stored leg of an answered call; null if there is none.</summary>
    Task<byte[]?> ReadLegAsync(TryId id);

    /// <summary>Forgets processes that are gone and hold no live row.</summary>
    Task ForgetAsync(IReadOnlyCollection<int> silos);
}

public sealed record SiloRow(int Id, string Address, UnixTime StartedAt, UnixTime SeenAt);
