using Dialer.Domain.Accounts;
using Dialer.Grains.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests;

/// <summary>Counts how often the minute packages are looked at.</summary>
public sealed class CountedPackages
{
    private int looks;

    public int Looks => Volatile.Read(ref looks);

    public void Wrap(IServiceCollection services)
    {
        var inner = services.Last(s => s.ServiceType == typeof(IPackageStore));
        services.Remove(inner);
        services.AddSingleton<IPackageStore>(s => new Counted(this, (IPackageStore)inner.ImplementationFactory!(s)));
    }

    private sealed class Counted(CountedPackages owner, IPackageStore inner) : IPackageStore
    {
        public Task<PackageReading> ReadUseAsync(UnixTime now)
        {
            Interlocked.Increment(ref owner.looks);
            return inner.ReadUseAsync(now);
        }

        public Task<IReadOnlyList<HoldableCampaign>> ReadHoldableAsync()
        {
            Interlocked.Increment(ref owner.looks);
            return inner.ReadHoldableAsync();
        }
    }
}
