using Dialer.Silo.Storage;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Rigs))]

namespace Dialer.Tests;

/// <summary>The gateways of this assembly: one per engine to share, started when first needed.</summary>
public sealed class Rigs : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<StorageEngine, Task<GatewayRig>> shared = [];

    public Engines Engines { get; } = new();

    public Task<GatewayRig> GetAsync(StorageEngine engine = StorageEngine.Sqlite)
    {
        lock (gate)
        {
            return shared.TryGetValue(engine, out var rig) ? rig : shared[engine] = Task.Run(() => NewAsync(engine));
        }
    }

    /// <summary>A gateway of the test's own, which the test disposes.</summary>
    public async Task<GatewayRig> NewAsync(StorageEngine engine = StorageEngine.Sqlite) => await GatewayRig.StartAsync(await Engines.NewAsync(engine));

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in shared.Values)
        {
            await (await rig).DisposeAsync();
        }

        await Engines.DisposeAsync();
    }
}
