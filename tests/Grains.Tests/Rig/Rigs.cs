using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Rigs))]

namespace Dialer.Tests;

/// <summary>The silos of this assembly: one per engine to share, started when first needed.</summary>
public sealed class Rigs : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<StorageEngine, Task<Rig>> shared = [];

    public Engines Engines { get; } = new();

    /// <summary>The shared silo of an engine: care off, time as it is, a campaign per test.</summary>
    public Task<Rig> GetAsync(StorageEngine engine)
    {
        lock (gate)
        {
            return shared.TryGetValue(engine, out var rig) ? rig : shared[engine] = Task.Run(() => NewAsync(engine));
        }
    }

    /// <summary>A silo of the test's own, which the test disposes: where rules would collide with those of other tests.</summary>
    public async Task<Rig> NewAsync(StorageEngine engine, int retentionDays = 30) => await Rig.StartAsync(
        await Engines.NewAsync(engine), new DialerOptions { Storage = engine, RetentionDays = retentionDays });

    /// <summary>A silo that sends its mails to this server.</summary>
    public async Task<Rig> MailAsync(StorageEngine engine, MailOptions mail) =>
        await Rig.StartAsync(await Engines.NewAsync(engine), new DialerOptions { Storage = engine, Mail = mail });

    /// <summary>A silo with the care of SIP channels on simulated ones (P22, P58, P60), two calls a day.</summary>
    public async Task<Rig> CareAsync(StorageEngine engine) => await Rig.StartAsync(
        await Engines.NewAsync(engine),
        new DialerOptions { Storage = engine, Care = new CareOptions { OnSimulated = true, CallsPerDay = 2 } });

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in shared.Values)
        {
            await (await rig).DisposeAsync();
        }

        await Engines.DisposeAsync();
    }
}
