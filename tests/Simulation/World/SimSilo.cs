using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>One process: everything it holds in memory goes when it goes.</summary>
internal sealed class SimSilo
{
    public SimSilo(DialerWorld world, int number)
    {
        Number = number;
        Writer = new SimWriter(world, Life);
        Driver = new SimDriver(world, this);
    }

    public int Number { get; }

    public Life Life { get; } = new();

    /// <summary>The others know that it is gone.</summary>
    public bool IsDeclaredDead { get; set; }

    public SimWriter Writer { get; }

    public SimDriver Driver { get; }

    public ChannelPulse Pulse { get; } = new();

    public LaneCalendars Calendars { get; } = new();

    /// <summary>Calls to it that wait for an answer: they fail when it is declared dead.</summary>
    public List<Action> WaitingCallers { get; } = [];
}
