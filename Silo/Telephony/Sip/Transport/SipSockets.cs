using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What this process listens on in one address family: UDP and TCP on the same port.</summary>
internal sealed class SipSockets : IDisposable
{
    private const int Backlog = 64;

    /// <summary>Of an IPv6 address: what follows is the host's own choice.</summary>
    private const int NetworkBytes = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<StreamConnection, byte> accepted = new();
    private readonly StrangerShare strangers = new();
    private readonly Socket listener;
    private readonly int maxConnections;
    private readonly StreamUse use;
    private volatile bool isClosed;

    /// <exception cref="SocketException">The address or port cannot be used.</exception>
    public SipSockets(IPEndPoint local, int maxConnections, StreamUse use)
    {
        (this.maxConnections, this.use) = (maxConnections, use);
        Udp = new UdpSocket(local, use.Receive, use.Log);
        listener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(local.Address, Udp.Local.Port));
            listener.Listen(Backlog);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public UdpSocket Udp { get; }

    public int Port => Udp.Local.Port;

    public void Start()
    {
        Udp.Start();
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        isClosed = true;
        Udp.Dispose();
        listener.Dispose();
        foreach (var connection in accepted.Keys)
        {
            connection.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument or SocketError.NotSocket)
            {
                return;
            }
            catch (SocketException e)
            {
                // the one that came is gone already, or this process may open no more for now
                await Task.Delay(e.SocketErrorCode == SocketError.TooManyOpenSockets ? Pause : TimeSpan.Zero);
                continue;
            }

            Take(socket);
        }
    }

    private bool HasRoom(IPAddress address)
    {
        var fromThere = 0;
        foreach (var (connection, _) in accepted)
        {
            fromThere += IsOneHost(connection.Address.Address, address) ? 1 : 0;
        }

        return (fromThere < use.Limits.PerAddress || MakeRoom(c => IsOneHost(c.Address.Address, address)))
            && (accepted.Count < maxConnections || MakeRoom(static _ => true));
    }

    /// <summary>
    /// Ends the connection that was there for the longest time without any message of a call, else the one that said nothing for the
    /// longest, if that was long: few who hold on must not keep the trunk out, whatever they say to keep theirs.
    /// </summary>
    private bool MakeRoom(Func<StreamConnection, bool> among)
    {
        var least = accepted.Keys.Where(among).MinBy(c => (c.IsKnown, Since(c)));
        if (least is null || Environment.TickCount64 - Since(least) < (long)use.Limits.Silence.TotalMilliseconds)
        {
            return false;
        }

        least.Dispose();
        return accepted.TryRemove(least, out _);
    }

    private static long Since(StreamConnection connection) => connection.IsKnown ? connection.HeardAt : connection.OpenedAt;

    private static bool IsOneHost(IPAddress one, IPAddress other) => one.AddressFamily == AddressFamily.InterNetworkV6
        ? one.GetAddressBytes().AsSpan(0, NetworkBytes).SequenceEqual(other.GetAddressBytes().AsSpan(0, NetworkBytes))
        : one.Equals(other);

    private void Take(Socket socket)
    {
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint { Address: var address } || !HasRoom(address))
            {
                socket.Dispose();
                return;
            }

            StreamSockets.Prepare(socket);
            var connection = StreamConnection.Accept(socket, use, strangers);
            accepted.TryAdd(connection, 0);
            _ = connection.Ended.ContinueWith(_ => accepted.TryRemove(connection, out byte _), TaskScheduler.Default);
            if (isClosed)
            {
                // it came while the others were ended
                connection.Dispose();
            }
        }
        catch (SocketException)
        {
            socket.Dispose();
        }
    }
}
