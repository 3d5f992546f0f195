using System.Collections.Concurrent;
using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The ways over connections that this process opens, one for each far side, and those connections. Trunks are few and theirs stay;
/// the addresses that far sides name in their Contact are as many as they like, so those are bounded and closed when idle.
/// </summary>
internal sealed class StreamHops : IAsyncDisposable
{
    /// <summary>Longer than a request waits for its response: one over which nothing went for so long may be closed for another.</summary>
    private static readonly TimeSpan LeastIdle = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(SipTransport, IPEndPoint, string, string?), StreamHop> hops = new();
    private readonly ConcurrentDictionary<StreamConnection, StreamHop> connections = new();
    private readonly StreamUse use;
    private readonly ITimer sweep;
    private long roomMadeAt;
    private volatile bool isClosed;

    public StreamHops(StreamUse use)
    {
        this.use = use;
        var every = use.Limits.Idle < LongestSweep ? use.Limits.Idle : LongestSweep;
        // a clock of tests does not move what the sockets do
        sweep = TimeProvider.System.CreateTimer(static s => ((StreamHops)s!).CloseIdle(), this, every, every);
    }

    /// <param name="isLasting">A trunk's own target.</param>
    /// <returns>Null: too many far sides named too many addresses.</returns>
    public StreamHop? Find(SipTarget target, TlsSettings? tls, string sentBy, bool isLasting)
    {
        var key = (target.Transport, target.Address, target.HostName, tls?.Name);
        if (!hops.TryGetValue(key, out var hop))
        {
            if (hops.Count >= use.Limits.Contacts && !MakeRoom() && !isLasting)
            {
                return null;
            }

            hop = hops.GetOrAdd(key, new StreamHop(target, tls, sentBy, Open));
        }

        if (isLasting && !hop.IsLasting)
        {
            hop.IsLasting = true;
        }

        return hop;
    }

    public async ValueTask DisposeAsync()
    {
        isClosed = true;
        await sweep.DisposeAsync();
        var last = connections.Keys;
        foreach (var connection in last)
        {
            connection.Dispose();
        }

        await Task.WhenAll(last.Select(c => c.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private StreamConnection? Open(StreamHop hop, SipTarget target, TlsSettings? tls)
    {
        if (isClosed)
        {
            return null;
        }

        var connection = StreamConnection.Open(target, tls, use);
        connections.TryAdd(connection, hop);
        _ = connection.Ended.ContinueWith(_ => connections.TryRemove(connection, out var _), TaskScheduler.Default);
        if (isClosed)
        {
            // it came while the others were ended
            connection.Dispose();
        }

        return connection;
    }

    /// <summary>False: all are in use.</summary>
    private bool MakeRoom()
    {
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref roomMadeAt);
        if (now - last < 1_000 || Interlocked.CompareExchange(ref roomMadeAt, now, last) != last)
        {
            // there was none just now
            return false;
        }

        CloseIdle(LeastIdle);
        foreach (var (key, hop) in hops)
        {
            if (!hop.IsConnected)
            {
                // whoever still holds it may use it: it only is not shared any more
                hops.TryRemove(key, out _);
            }
        }

        return hops.Count < use.Limits.Contacts;
    }

    private void CloseIdle() => CloseIdle(use.Limits.Idle);

    private void CloseIdle(TimeSpan idle)
    {
        var now = Environment.TickCount64;
        foreach (var (connection, hop) in connections)
        {
            if (!hop.IsLasting && now - connection.UsedAt >= (long)idle.TotalMilliseconds)
            {
                connection.Dispose();
            }
        }
    }
}
