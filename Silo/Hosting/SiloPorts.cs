using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Hosting;

/// <summary>
/// Ports for the silos of this process. They are listened on a while after they were chosen, so they lie below those that systems give
/// to outgoing connections, and no two silos of a process are given the same.
/// </summary>
internal static class SiloPorts
{
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>Of a range of thousands: who finds none has other troubles.</summary>
    private const int MostLooks = 1_000;

    private static readonly HashSet<int> Given = [];

    /// <exception cref="InvalidOperationException">None of those that were tried is free.</exception>
    public static int Take()
    {
        for (var looks = 0; looks < MostLooks; looks++)
        {
            var port = Random.Shared.Next(First, End);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No TCP port from {First} to {End} is free for the silo.");
    }

    private static bool IsFree(int port)
    {
        lock (Given)
        {
            if (!Given.Add(port))
            {
                return false;
            }
        }

        try
        {
            using var probe = new TcpListener(IPAddress.Any, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
