using System.Collections.Concurrent;
using Dialer.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;

namespace Dialer.Grains.Calls;

/// <summary>
/// Stores, when it has changed, what other silos must know to end calls that this one leaves ringing (P30): before a call leaves.
/// </summary>
public sealed class LineBook(ISiloStore store, ISiloIdentity silo)
{
    private readonly ConcurrentDictionary<ChannelId, string> stored = new();

    /// <summary>Null = it is stored, or there is nothing to store. Else why nothing may leave.</summary>
    public async ValueTask<string?> TellAsync(ChannelId channel, ICallDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        if (await driver.LineAsync(CancellationToken.None) is not { } line)
        {
            return "it is not known yet where the trunk is";
        }

        if (line.Length == 0 || (stored.TryGetValue(channel, out var known) && known == line))
        {
            return null;
        }

        try
        {
            await store.TellLineAsync(silo.Number, channel, line);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return "the database did not take this silo's address";
        }

        stored[channel] = line;
        return null;
    }
}
