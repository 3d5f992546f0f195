using System.Net;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Dialer.Tests;

/// <summary>Three silos on one PostgreSQL, and a carrier that outlives them and keeps its own books.</summary>
internal sealed class DialerCluster : IAsyncDisposable
{
    private readonly Dictionary<string, SiloLife> lives = [];
    private readonly InProcessTestCluster cluster;
    private readonly Carrier carrier;
    private readonly CarrierServer server;
    private readonly string ledger;

    private DialerCluster(StorageOptions storage, ShiftedClock clock)
    {
        Clock = clock;
        ledger = Path.Combine(storage.DataDirectory, "ledger");
        carrier = new Carrier(new CarrierOptions { Ledger = ledger }, clock);
        server = CarrierServer.Start(carrier, new IPEndPoint(IPAddress.Loopback, 0));
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSiloHost((silo, host) =>
        {
            host.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss.fff "; });
            host.Services.RemoveAll<TimeProvider>();
            host.Services.AddSingleton<TimeProvider>(clock);
            host.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            host.Services.AddDialerStore(storage);
        });
        builder.ConfigureSilo((silo, orleans) =>
        {
            orleans.UseDialerGrains(new DialerOptions { Storage = storage.Engine, Cluster = true }, storage);
            orleans.Configure<ClusterMembershipOptions>(o => (o.ProbeTimeout, o.NumMissedProbesLimit) = (TimeSpan.FromSeconds(2), 3));
            var life = new SiloLife();
            life.Wrap(orleans.Services);
            lock (lives)
            {
                lives[silo.SiloName] = life;
            }
        });
        cluster = builder.Build();
    }

    public ShiftedClock Clock { get; }

    public string Carrier => server.EndPoint.ToString();

    public CarrierTally Tally => carrier.Tally;

    public IGrainFactory Grains => cluster.Client;

    public IReadOnlyList<InProcessSiloHandle> Silos => [.. cluster.GetActiveSilos()];

    public static async Task<DialerCluster> StartAsync(StorageOptions storage)
    {
        var clock = new ShiftedClock();
        await DialerStoreServices.PrepareAsync(storage, clock);
        var made = new DialerCluster(storage, clock);
        await made.cluster.DeployAsync();
        return made;
    }

    /// <summary>A service of a silo that is there.</summary>
    public T Get<T>()
        where T : notnull => Silos[0].ServiceProvider.GetRequiredService<T>();

    /// <summary>The silo that hosts a grain.</summary>
    public async Task<InProcessSiloHandle> HostOfAsync(IAddressable grain)
    {
        var address = await Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return Silos.Single(s => s.SiloAddress.Equals(address));
    }

    /// <summary>The process is gone from one moment to the next: nothing drains, hangs up or writes.</summary>
    public async Task KillAsync(InProcessSiloHandle silo)
    {
        await lives[silo.Name].EndAsync();
        await cluster.KillSiloAsync(silo);
    }

    public LedgerBooks ReadLedger() => LedgerBooks.Read(ledger);

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await server.DisposeAsync();
        await carrier.DisposeAsync();
    }
}
