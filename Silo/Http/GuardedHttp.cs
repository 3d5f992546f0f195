using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Http;

/// <summary>
/// HTTP to addresses that others chose: what a name resolves to is looked at when it is connected to, so that a name that changes its
/// mind between check and use (DNS rebinding) gains nothing. No redirects, no proxy, no cookies.
/// </summary>
public static class GuardedHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections are not kept longer: a name is to be resolved again.</summary>
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    private const int MaxHeaderKilobytes = 16;

    public static SocketsHttpHandler NewHandler(AddressGuard guard) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLife,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        ConnectCallback = (context, cancel) => ConnectAsync(guard, context.DnsEndPoint, cancel),
    };

    private static async ValueTask<Stream> ConnectAsync(AddressGuard guard, DnsEndPoint target, CancellationToken cancel)
    {
        var found = IPAddress.TryParse(target.Host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancel);
        var allowed = found.Where(a => guard.Allows(target.Host, a)).ToArray();
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException($"{target.Host} is in a network that may not be sent to.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name or address leads into a network that may not be sent to.</summary>
public sealed class AddressRefusedException : IOException
{
    public AddressRefusedException()
    {
    }

    public AddressRefusedException(string message)
        : base(message)
    {
    }

    public AddressRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
