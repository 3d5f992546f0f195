using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Calls;
using Dialer.Domain.Channels;

namespace Dialer.Grains.Channels;

/// <summary>
/// What this silo has seen of its channels, ahead of the channel's own breaker: calls that fail together when a trunk dies must
/// not each grow their number's streak (P42). Follows the channel's state as told with each bundle.
/// </summary>
public sealed class ChannelPulse
{
    private readonly ConcurrentDictionary<ChannelId, Seen> seen = new();

    public void Observe(ChannelId channel, CallEnded ended)
    {
        ArgumentNullException.ThrowIfNull(ended);
        var state = seen.GetOrAdd(channel, _ => new Seen());
        if (ended.IsChannelClass)
        {
            Interlocked.Increment(ref state.ErrorsInRow);
            Volatile.Write(ref state.LastErrorMs, ended.At.Ms);
        }
        else if (OutcomeClasses.ShowsChannelUp(ended.Class, ended.AnsweredAt, new UnixTime(Volatile.Read(ref state.LastErrorMs))))
        {
            state.ErrorsInRow = 0;
        }
    }

    /// <summary>The channel told how it stands.</summary>
    public void Told(ChannelId channel, BreakerState breaker, bool hasBreaker)
    {
        var state = seen.GetOrAdd(channel, _ => new Seen());
        state.IsOpen = breaker != BreakerState.Closed;
        state.HasBreaker = hasBreaker;
    }

    /// <summary>Never with <c>breaker: off</c>: then P8 alone rules.</summary>
    public bool IsDown(ChannelId channel) =>
        seen.TryGetValue(channel, out var state) && state.HasBreaker && (state.IsOpen || state.ErrorsInRow >= Breaker.ErrorsToOpen);

    private sealed class Seen
    {
        public volatile bool IsOpen;
        public volatile bool HasBreaker;
        public int ErrorsInRow;
        public long LastErrorMs;
    }
}
