using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Silos;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Dialer.Grains.Silos;

/// <summary>Reaches the calls of the silo it is placed on.</summary>
[SiloCallsPlacement]
internal sealed class SiloCallsGrain(CallDesk desk, ICallTraces traces) : Grain, ISiloCallsGrain
{
    public async Task<int> HangUpAsync(CampaignId? campaign, ChannelId? channel, TryId? call) =>
        call is { } one ? await desk.HangUpAsync(one, HangUpReason.Stop) ? 1 : 0 : await desk.StopAsync(campaign, channel);

    public Task<string?> ReadTraceAsync(TryId call) => traces.ReadAsync(call);

    public Task<int> CountAsync() => Task.FromResult(desk.List().Count);
}

/// <summary>Places a grain on the silo whose address is its key.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SiloCallsPlacementAttribute() : PlacementAttribute(new SiloCallsPlacement());

/// <summary>See <see cref="SiloCallsPlacementAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("dialer.SiloCallsPlacement")]
public sealed class SiloCallsPlacement : PlacementStrategy;

/// <summary>Finds the silo named by the key among those that are there.</summary>
public sealed class SiloCallsPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var key = target.GrainIdentity.Key.ToString();
        var silo = context.GetCompatibleSilos(target).FirstOrDefault(s => s.ToParsableString() == key);
        return silo is null
            ? throw new SiloUnavailableException($"The silo {key} is not there.")
            : Task.FromResult(silo);
    }
}

/// <summary>Hang-ups over all silos (P61).</summary>
public static class SiloCalls
{
    /// <summary>Tells every silo to end its calls that fit; answers how many were told. A silo that is gone has no calls to end.</summary>
    public static async Task<int> HangUpEverywhereAsync(IGrainFactory grains, IClusterMembershipService membership, CampaignId? campaign, ChannelId? channel)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(membership);
        // as this silo knows them: it must not need the database to hang up
        var hosts = membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => m.SiloAddress);
        var told = await Task.WhenAll(hosts.Select(host => HangUpAsync(grains, host, campaign, channel)));
        return told.Sum();
    }

    private static async Task<int> HangUpAsync(IGrainFactory grains, SiloAddress host, CampaignId? campaign, ChannelId? channel)
    {
        try
        {
            return await grains.GetGrain<ISiloCallsGrain>(host.ToParsableString()).HangUpAsync(campaign, channel, null);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            // gone, or frozen: its calls are ended when it is settled; the others must not wait for it
            return 0;
        }
    }
}
