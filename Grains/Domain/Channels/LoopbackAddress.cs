using System.Globalization;
using System.Net;

namespace Dialer.Domain.Channels;

/// <summary>
/// An address <c>host:port</c> of this machine itself (P44). The simulated carrier has no access control, so nothing else is
/// taken: neither to listen on nor to connect to.
/// </summary>
public static class LoopbackAddress
{
    /// <summary>Takes <c>127.x.y.z:port</c>, <c>[::1]:port</c> and <c>localhost:port</c>; port 0 (any free one) only where allowed.</summary>
    public static bool TryParse(string? text, bool allowPortZero, out IPEndPoint address)
    {
        const string Localhost = "localhost:";
        address = new IPEndPoint(IPAddress.Loopback, 0);
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var numeric = text.StartsWith(Localhost, StringComparison.OrdinalIgnoreCase)
            ? string.Create(CultureInfo.InvariantCulture, $"{IPAddress.Loopback}:{text[Localhost.Length..]}")
            : text;

        // IPEndPoint also reads "127.0.0.1" alone; a port must have been written
        if (!IPEndPoint.TryParse(numeric, out var parsed)
            || !IPAddress.IsLoopback(parsed.Address)
            || !numeric.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{parsed.Port}"), StringComparison.Ordinal)
            || (parsed.Port == 0 && !allowPortZero))
        {
            return false;
        }

        address = parsed;
        return true;
    }
}
