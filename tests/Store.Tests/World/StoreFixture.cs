using Dialer.Silo.Storage;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Engines))]

namespace Dialer.Tests.Stores;

/// <summary>Both engines, for tests that any engine must pass.</summary>
public sealed class BothEngines : TheoryData<StorageEngine>
{
    public BothEngines()
    {
        Add(StorageEngine.PostgreSql);
        Add(StorageEngine.Sqlite);
    }
}

/// <summary>
/// One database of each engine for a test class, made when first needed. Tests of a class run one after another, so a test may
/// compare whole tables; each makes its own campaigns and phones.
/// </summary>
public sealed class StoreFixture(Engines engines) : IAsyncDisposable
{
    private readonly Dictionary<StorageEngine, StoreRig> rigs = [];
    private long lastPhone = 79_000_000_000;

    public Engines Engines => engines;

    /// <summary>A number that no other test of the class uses.</summary>
    public long NewPhone() => ++lastPhone;

    public long[] NewPhones(int count) => [.. Enumerable.Range(0, count).Select(_ => NewPhone())];

    internal async Task<StoreRig> OfAsync(StorageEngine engine)
    {
        if (!rigs.TryGetValue(engine, out var rig))
        {
            rigs[engine] = rig = await StoreRig.NewAsync(engines, engine);
        }

        rig.Care = Dialer.Accounts.CareSettings.Off;
        return rig;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in rigs.Values)
        {
            await rig.DisposeAsync();
        }
    }
}
