using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Calls;
using Dialer.Domain.Channels;

namespace Dialer.Grains.Channels;

/// <summary>
/// What this silo has seen of its channels, ahead of the channel's own breaker: calls that fail together when a trunk dies must
/// not each grow their number's streak (P42). Follows the channel's state as told with each bundle and each admission.
/// </summary>
public sealed class ChannelPulse
{
    /// <summary>A channel that is down is told again each second: where nothing more is heard, its grains and its campaigns have moved.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

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

    /// <summary>The channel stood so at that instant; what is older than what is known says nothing.</summary>
    public void Told(ChannelId channel, BreakerState breaker, bool hasBreaker, UnixTime at)
    {
        var state = seen.GetOrAdd(channel, _ => new Seen());
        lock (state)
        {
            if (at >= state.Told.At)
            {
                state.Told = new Word(breaker != BreakerState.Closed, hasBreaker, at);
            }
        }
    }

    /// <summary>Never with <c>breaker: off</c>: then P8 alone rules.</summary>
    public bool IsDown(ChannelId channel, UnixTime now)
    {
        if (!seen.TryGetValue(channel, out var state))
        {
            return false;
        }

        var told = state.Told;
        return told.HasBreaker && ((told.IsOpen && now - told.At <= Lifetime) || Volatile.Read(ref state.ErrorsInRow) >= Breaker.ErrorsToOpen);
    }

    private sealed class Seen
    {
        public volatile Word Told = new(false, false, UnixTime.None);
        public int ErrorsInRow;
        public long LastErrorMs;
    }

    private sealed record Word(bool IsOpen, bool HasBreaker, UnixTime At);
}
