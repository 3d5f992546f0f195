using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Sockets of connections that must say soon when the far side is gone: a router forgets, a server moves, and neither says a word.</summary>
internal static class StreamSockets
{
    private const int IdleSeconds = 30;
    private const int ProbeSeconds = 5;
    private const int Probes = 3;

    /// <summary>Unacknowledged for so long the connection is dead: calls are set up over the next one.</summary>
    private const int UnacknowledgedMs = 10_000;

    private const int LinuxTcp = 6;
    private const int LinuxUserTimeout = 18;

    public static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LinuxTcp, LinuxUserTimeout, BitConverter.GetBytes(UnacknowledgedMs));
        }
    }

    /// <summary>Whether the far side of a fresh connection begins with a TLS handshake.</summary>
    public static async Task<bool> SpeaksTlsAsync(Socket socket, CancellationToken cancel)
    {
        const byte Handshake = 0x16;
        var first = new byte[1];
        return await socket.ReceiveAsync(first, SocketFlags.Peek, cancel) == 1 && first[0] == Handshake;
    }
}
