using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What this process listens on in one address family: UDP and TCP on the same port.</summary>
internal sealed class SipSockets : IDisposable
{
    private const int Backlog = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<StreamConnection, byte> accepted = new();
    private readonly Socket listener;
    private readonly int maxConnections;
    private readonly StreamUse use;

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

            if (accepted.Count >= maxConnections && !MakeRoom())
            {
                socket.Dispose();
                continue;
            }

            Take(socket);
        }
    }

    /// <summary>Ends the connection that said nothing for the longest time, if that was long: few who hold on must not keep the trunk out.</summary>
    private bool MakeRoom()
    {
        var silent = accepted.Keys.MinBy(c => c.HeardAt);
        if (silent is null || Environment.TickCount64 - silent.HeardAt < (long)use.Limits.Silence.TotalMilliseconds)
        {
            return false;
        }

        silent.Dispose();
        return accepted.TryRemove(silent, out _);
    }

    private void Take(Socket socket)
    {
        try
        {
            StreamSockets.Prepare(socket);
            var connection = StreamConnection.Accept(socket, use);
            accepted.TryAdd(connection, 0);
            _ = connection.Ended.ContinueWith(_ => accepted.TryRemove(connection, out byte _), TaskScheduler.Default);
        }
        catch (SocketException)
        {
            socket.Dispose();
        }
    }
}
