using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Rigs))]

namespace Dialer.Tests;

/// <summary>What a shared silo is for: rules that would collide get silos of their own.</summary>
public enum RigKind
{
    /// <summary>Care off, time as it is: a campaign per test.</summary>
    Plain,

    /// <summary>The care of SIP channels on simulated ones (P22, P58, P60).</summary>
    Care,

    /// <summary>Care off; a test may set the clock forward. Its tests are one collection.</summary>
    Time,

    /// <summary>As <see cref="Time"/>; erases deleted campaigns at once (P57).</summary>
    Privacy,
}

/// <summary>The silos of this assembly: one per engine and kind, started when first needed.</summary>
public sealed class Rigs : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<(StorageEngine Engine, RigKind Kind), Task<Rig>> shared = [];

    public Engines Engines { get; } = new();

    public Task<Rig> GetAsync(StorageEngine engine, RigKind kind = RigKind.Plain)
    {
        lock (gate)
        {
            return shared.TryGetValue((engine, kind), out var rig) ? rig : shared[(engine, kind)] = Task.Run(() => StartAsync(engine, Options(engine, kind)));
        }
    }

    /// <summary>A silo of the test's own, which the test disposes.</summary>
    public Task<Rig> NewAsync(StorageEngine engine) => StartAsync(engine, Options(engine, RigKind.Plain));

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in shared.Values)
        {
            await (await rig).DisposeAsync();
        }

        await Engines.DisposeAsync();
    }

    private static DialerOptions Options(StorageEngine engine, RigKind kind) => new()
    {
        Storage = engine,
        RetentionDays = kind == RigKind.Privacy ? 0 : 30,
        Care = new CareOptions { OnSimulated = kind == RigKind.Care, CallsPerDay = 2 },
    };

    private async Task<Rig> StartAsync(StorageEngine engine, DialerOptions options) => await Rig.StartAsync(await Engines.NewAsync(engine), options);
}
