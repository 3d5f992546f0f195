using Dialer.Channels;

namespace Dialer.Grains.Calls;

/// <summary>
/// Stands between every driver of a silo, of whatever kind, and those who hear of its calls: what an answered call is connected to
/// beside its media (P15, P41).
/// </summary>
public interface ICallLayer
{
    /// <summary>A driver that dials through the one that <paramref name="make"/> makes, and keeps its contract.</summary>
    /// <param name="channel">Whose driver it is.</param>
    /// <param name="settings">As the driver is made for them.</param>
    /// <param name="sink">Where events go in the end; nothing may hold one back.</param>
    /// <param name="make">Makes the driver, which puts its events where it is told.</param>
    ICallDriver Around(ChannelId channel, ChannelSettings settings, ICallEventSink sink, Func<ICallEventSink, ICallDriver> make);
}
