using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What this process listens on in one address family: UDP and TCP on the same port.</summary>
internal sealed class SipSockets : IDisposable
{
    private const int Backlog = 64;

    private readonly ConcurrentDictionary<StreamConnection, byte> accepted = new();
    private readonly Socket listener;
    private readonly int maxConnections;
    private readonly Action<SipMessage> receive;
    private readonly Action<ISipParty> undelivered;
    private readonly ILogger log;

    /// <exception cref="SocketException">The address or port cannot be used.</exception>
    public SipSockets(IPEndPoint local, int maxConnections, Action<SipMessage> receive, Action<ISipParty> undelivered, ILogger log)
    {
        (this.maxConnections, this.receive, this.undelivered, this.log) = (maxConnections, receive, undelivered, log);
        Udp = new UdpSocket(local, receive, log);
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
            catch (SocketException)
            {
                // the one that came is gone already
                continue;
            }

            if (accepted.Count >= maxConnections)
            {
                socket.Dispose();
                continue;
            }

            Take(socket);
        }
    }

    private void Take(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            var connection = StreamConnection.Accept(socket, receive, undelivered, log);
            accepted.TryAdd(connection, 0);
            _ = connection.Ended.ContinueWith(_ => accepted.TryRemove(connection, out byte _), TaskScheduler.Default);
        }
        catch (SocketException)
        {
            socket.Dispose();
        }
    }
}
