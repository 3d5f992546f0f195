using Dialer.Calls;
using Dialer.Subscribers;

namespace Dialer.Grains.Silos;

/// <summary>The processes that dial, by number: a live row says which of them holds its call.</summary>
public interface ISiloStore
{
    /// <summary>Registers this process and answers its number, new with each start.</summary>
    Task<int> RegisterAsync(string address, UnixTime now);

    /// <summary>Says that this process is still there; registers it again if it was taken for gone and forgotten.</summary>
    Task SeenAsync(int silo, string address, UnixTime now);

    Task<IReadOnlyList<SiloRow>> ListAsync();

    /// <summary>Live rows of these silos by id, after a cursor.</summary>
    Task<IReadOnlyList<JobRow>> ReadLiveOfAsync(IReadOnlyCollection<int> silos, JobId after, int limit);

    /// <summary>The stored leg of an answered call; null if there is none.</summary>
    Task<byte[]?> ReadLegAsync(TryId id);

    /// <summary>Stores what others must know to end calls that this process leaves ringing on a channel.</summary>
    Task TellLineAsync(int silo, ChannelId channel, string line);

    /// <summary>What <see cref="TellLineAsync"/> stored last; null = nothing.</summary>
    Task<string?> ReadLineAsync(int silo, ChannelId channel);

    /// <summary>Forgets processes that are gone and hold no live row.</summary>
    Task ForgetAsync(IReadOnlyCollection<int> silos);
}

public sealed record SiloRow(int Id, string Address, UnixTime StartedAt, UnixTime SeenAt);
