using System.Net;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Grains.Silos;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Installations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Puts SIP telephony into a silo.</summary>
internal static class SipTelephonyServices
{
    public static IServiceCollection AddSipTelephony(this IServiceCollection services, SipOptions options, string traces)
    {
        services.AddSingleton<InstallationFacts>();
        services.AddSingleton(s => new SipNetwork(
            new SipNetworkOptions
            {
                Address = options.Address is null ? null : IPAddress.Parse(options.Address),
                Port = options.Port,
                Advertised = options.Advertised,
            },
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<SipNetwork>>()));
        services.TryAddSingleton(_ => new SipResolver());
        services.AddSingleton(s => new SipTraces(traces, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<SipTraces>>()));
        services.AddSingleton<ICallTraces, CallTraces>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICallDriverFactory, SipCallDriverFactory>(s => new SipCallDriverFactory(
            s.GetRequiredService<SipNetwork>(),
            s.GetRequiredService<SipResolver>(),
            s.GetRequiredService<SipTraces>(),
            () => s.GetRequiredService<InstallationFacts>().Current,
            s.GetRequiredService<DialerOptions>().Gateway,
            s.GetRequiredService<ILoggerFactory>())));
        return services;
    }

    /// <summary>The folder of traces, by try.</summary>
    private sealed class CallTraces(SipTraces traces) : ICallTraces
    {
        public Task<string?> ReadAsync(TryId call) => traces.ReadAsync(call.ToString());
    }
}
