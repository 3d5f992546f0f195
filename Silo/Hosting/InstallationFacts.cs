using Dialer.Silo.Storage.Installations;
using Orleans.Runtime;

namespace Dialer.Silo.Hosting;

/// <summary>What the installation's silos share, read before this one takes calls.</summary>
internal sealed class InstallationFacts(InstallationStore store) : ILifecycleParticipant<ISiloLifecycle>
{
    private Installation? current;

    public Installation Current => current ?? throw new InvalidOperationException("The silo has not started.");

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(InstallationFacts), ServiceLifecycleStage.RuntimeStorageServices, async _ => current = await store.ReadAsync());
}
