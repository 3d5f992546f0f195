using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dialer.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;

namespace Dialer.Grains.Calls;

/// <summary>
/// Stores, once a driver, what other silos must know to end calls that this one leaves ringing (P30): before its first call leaves.
/// </summary>
public sealed class LineBook(ISiloStore store, ISiloIdentity silo)
{
    private readonly ConditionalWeakTable<ICallDriver, object> told = [];
    private readonly ConcurrentDictionary<ChannelId, string> stored = new();

    /// <summary>Null = it is stored, or there is nothing to store. Else why nothing may leave.</summary>
    public async ValueTask<string?> TellAsync(ChannelId channel, ICallDriver driver)
    {
        if (told.TryGetValue(driver, out _))
        {
            return null;
        }

        if (await driver.LineAsync(CancellationToken.None) is not { } line)
        {
            // it may know later
            return null;
        }

        if (stored.GetValueOrDefault(channel) != line)
        {
            try
            {
                await store.TellLineAsync(silo.Number, channel, line);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return "the database did not take this silo's address";
            }

            stored[channel] = line;
        }

        told.TryAdd(driver, channel);
        return null;
    }
}
