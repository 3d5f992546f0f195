using System.Collections.Concurrent;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Grains.Channels;
using Dialer.Silo.Telephony.Simulated;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests;

/// <summary>
/// A carrier that does what the test says, a trunk per channel, in place of the simulated one. Outlives the silos that use it:
/// <see cref="Abandon"/> is what their death looks like from here.
/// </summary>
public sealed class ScriptedCarrier : ICallDriverFactory
{
    /// <summary>Long: a machine that is busy with other tests places late what it places, and that is no matter of theirs.</summary>
    public static readonly TokenLife TokenLife = new(TimeSpan.FromSeconds(4));

    private readonly ConcurrentDictionary<ChannelId, ScriptedTrunk> trunks = new();
    private readonly ConcurrentBag<ScriptedDriver> drivers = [];

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>No driver can be made, as of settings that name a file which is gone.</summary>
    public bool IsUnusable { get; set; }

    public ChannelKind Kind => ChannelKind.Simulated;

    public ScriptedTrunk Trunk(ChannelId channel) => trunks.GetOrAdd(channel, _ => new ScriptedTrunk());

    public ICallDriver Create(ChannelId channel, ChannelSettings settings, ICallEventSink sink)
    {
        if (IsUnusable)
        {
            throw new ArgumentException("the settings cannot be used", nameof(settings));
        }

        var driver = new ScriptedDriver(Trunk(channel), sink, Clock);
        drivers.Add(driver);
        return driver;
    }

    /// <summary>Every driver made so far says and does nothing more, as if its process had been killed; its calls stay up.</summary>
    public void Abandon()
    {
        foreach (var driver in drivers)
        {
            driver.Abandon();
        }
    }

    public void Replace(IServiceCollection services)
    {
        foreach (var simulated in services.Where(d => d.ImplementationType == typeof(SimulatedCallDriverFactory)).ToList())
        {
            services.Remove(simulated);
        }

        services.AddSingleton<ICallDriverFactory>(this);
        services.AddSingleton(TokenLife);
    }
}
