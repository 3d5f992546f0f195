using Dialer.Grains.Common;
using Dialer.Grains.Silos;
using Orleans.Runtime;

namespace Dialer.Silo.Hosting;

/// <summary>Registers this start of this process in the store before the silo takes calls.</summary>
internal sealed class SiloIdentity(ISiloStore store, ILocalSiloDetails silo, TimeProvider clock) : ISiloIdentity, ILifecycleParticipant<ISiloLifecycle>
{
    public int Number { get; private set; }

    public string Address => silo.SiloAddress.ToParsableString();

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(SiloIdentity),
        ServiceLifecycleStage.RuntimeStorageServices,
        async _ => Number = await store.RegisterAsync(Address, clock.Now()));
}
