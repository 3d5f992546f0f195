using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>One UDP socket (RFC 3261 §18): a thread that reads, and sends from wherever.</summary>
internal sealed partial class UdpSocket : IDisposable
{
    private const int SocketBufferBytes = 4 * 1024 * 1024;

    private readonly Socket socket;
    private readonly StrangerShare strangers = new();
    private readonly Func<SipMessage, bool> receive;
    private readonly ILogger log;
    private readonly Thread thread;
    private volatile bool isClosed;

    /// <param name="local">Where to listen; port 0 = any.</param>
    /// <param name="receive">Takes each message that can be read, on the socket's thread. One that is not taken is lost: it comes again.</param>
    /// <param name="log">Where messages that cannot be read are counted.</param>
    /// <exception cref="SocketException">The address cannot be used.</exception>
    public UdpSocket(IPEndPoint local, Func<SipMessage, bool> receive, ILogger log)
    {
        (this.receive, this.log) = (receive, log);
        socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = SocketBufferBytes,
            SendBufferSize = SocketBufferBytes,
        };
        try
        {
            socket.Bind(local);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Local = (IPEndPoint)socket.LocalEndPoint!;
        thread = new Thread(Run) { Name = $"sip-udp-{Local.Port}", IsBackground = true };
    }

    public IPEndPoint Local { get; }

    /// <summary>Our address that leads to a remote one; null when there is no way to it just now.</summary>
    public static IPAddress? RouteTo(IPEndPoint remote)
    {
        using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(remote);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Begins to read: whoever takes the messages must be ready.</summary>
    public void Start() => thread.Start();

    /// <summary>False: the network refused it at once.</summary>
    public bool Send(ReadOnlySpan<byte> message, SocketAddress to)
    {
        try
        {
            return socket.SendTo(message, SocketFlags.None, to) == message.Length;
        }
        catch (SocketException e)
        {
            LogNotSent(log, e.SocketErrorCode);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        isClosed = true;
        socket.Dispose();
        if (thread.ThreadState != (ThreadState.Background | ThreadState.Unstarted) && Environment.CurrentManagedThreadId != thread.ManagedThreadId)
        {
            thread.Join();
        }
    }

    private void Run()
    {
        var buffer = new byte[SipLimits.MaxMessageBytes];
        var from = new SocketAddress(socket.AddressFamily);
        var (last, lastFrom) = (default(Source), new SocketAddress(socket.AddressFamily));
        while (!isClosed)
        {
            try
            {
                var length = socket.ReceiveFrom(buffer, SocketFlags.None, from);
                var message = SipParser.Parse(buffer.AsSpan(0, length).ToArray(), out var fault);
                if (message is not null)
                {
                    if (last is null || !lastFrom.Equals(from))
                    {
                        last = new Source(this, (IPEndPoint)Local.Create(from));
                        lastFrom = last.Address.Serialize();
                    }

                    message.Source = last;
                    receive(message);
                }
                else if (length > 4)
                {
                    LogUnreadable(log, fault!);
                }
            }
            catch (SocketException e)
            {
                // an ICMP error of something sent before, or the end
                if (!isClosed)
                {
                    LogNotSent(log, e.SocketErrorCode);
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A SIP message could not be sent or was refused: {Error}")]
    private static partial void LogNotSent(ILogger log, SocketError error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A datagram that is no SIP message was dropped: {Fault}")]
    private static partial void LogUnreadable(ILogger log, string fault);

    /// <summary>Answers go to the address a request came from; to the port in its Via only if it did not ask for <c>rport</c>.</summary>
    private sealed class Source(UdpSocket socket, IPEndPoint address) : SipSource
    {
        public override IPEndPoint Address => address;

        public override StrangerShare? Strangers => socket.strangers;

        public override void Reply(SipMessage request, ReadOnlyMemory<byte> response)
        {
            var via = request.TopVia;
            var port = via is null || via.Parameters.ContainsKey("rport") ? address.Port : via.Port == 0 ? SipUri.DefaultPort : via.Port;
            socket.Send(response.Span, (port == address.Port ? address : new IPEndPoint(address.Address, port)).Serialize());
        }
    }
}
