using System.Collections.Concurrent;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Silo.Telephony.Simulated;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Dialer.Tests;

/// <summary>
/// What a hard kill takes from a silo of this process, before Orleans stops it: its drivers say nothing more and hang nothing up,
/// its writes reach no database.
/// </summary>
internal sealed class SiloLife
{
    private readonly ConcurrentBag<SimulatedCallDriver> drivers = [];

    public bool IsDead { get; private set; }

    public async Task EndAsync()
    {
        IsDead = true;
        foreach (var driver in drivers)
        {
            await driver.AbandonAsync();
        }
    }

    public void Wrap(IServiceCollection services)
    {
        var inner = services.Last(s => s.ServiceType == typeof(IBatchEngine));
        services.Remove(inner);
        services.AddSingleton<IBatchEngine>(s => new Engine(this, (IBatchEngine)inner.ImplementationFactory!(s)));
        services.RemoveAll<ICallDriverFactory>();
        services.AddSingleton<ICallDriverFactory>(s => new Factory(
            this, new SimulatedCallDriverFactory(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>())));
    }

    private sealed class Factory(SiloLife life, SimulatedCallDriverFactory inner) : ICallDriverFactory
    {
        public ChannelKind Kind => inner.Kind;

        public ICallDriver Create(ChannelId channel, ChannelSettings settings, ICallEventSink sink)
        {
            var driver = (SimulatedCallDriver)inner.Create(channel, settings, sink);
            life.drivers.Add(driver);
            return driver;
        }
    }

    private sealed class Engine(SiloLife life, IBatchEngine inner) : IBatchEngine
    {
        public int Lanes => inner.Lanes;

        public async Task CommitAsync(IReadOnlyList<WriteOp> batch)
        {
            if (!life.IsDead)
            {
                await inner.CommitAsync(batch);
            }

            if (life.IsDead)
            {
                throw new TimeoutException("this silo is dead (a fault of the test)");
            }
        }
    }
}
