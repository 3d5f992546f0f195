using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dialer.Tests.Sip;

/// <summary>Ports for servers that are processes: found free, and seen to be listened on.</summary>
internal static class FreePorts
{
    /// <summary>One that is free just now over UDP and TCP.</summary>
    public static int Find(IPAddress address)
    {
        while (true)
        {
            using var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            using var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(new IPEndPoint(address, 0));
                udp.Bind(tcp.LocalEndPoint!);
                return ((IPEndPoint)tcp.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // somebody's over UDP
            }
        }
    }

    /// <summary>False: the process ended instead, or did not listen in time.</summary>
    public static async Task<bool> UntilListensAsync(Process process, int port, bool isTcp)
    {
        var marker = string.Create(CultureInfo.InvariantCulture, $":{port:X4} ");
        for (var i = 0; i < 400 && !process.HasExited; i++)
        {
            if (await IsOpenAsync(marker, isTcp))
            {
                return true;
            }

            await Task.Delay(25);
        }

        return false;
    }

    private static async Task<bool> IsOpenAsync(string marker, bool isTcp)
    {
        string[] tables = isTcp ? ["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/udp", "/proc/net/udp6"];
        foreach (var table in tables)
        {
            // local address, remote address, state: 0A is LISTEN
            var lines = (await File.ReadAllLinesAsync(table)).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (lines.Any(l => l.Length > 3 && (l[1] + " ").EndsWith(marker, StringComparison.Ordinal) && (!isTcp || l[3] == "0A")))
            {
                return true;
            }
        }

        return false;
    }
}
