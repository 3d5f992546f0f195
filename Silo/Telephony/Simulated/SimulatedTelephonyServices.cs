using Dialer.Grains.Calls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>Puts simulated telephony into a silo.</summary>
public static class SimulatedTelephonyServices
{
    /// <summary>
    /// Adds the driver of simulated channels (P44). May be called twice. A <see cref="Carrier"/> registered as a singleton is shared by all
    /// drivers and outlives them; without one each driver has its own.
    /// </summary>
    public static IServiceCollection AddSimulatedTelephony(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICallDriverFactory, SimulatedCallDriverFactory>());
        return services;
    }
}
