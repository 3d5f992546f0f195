using System.Net;
using System.Net.Sockets;

namespace Dialer;

/// <summary>Settings of the gateway, under <c>Dialer:Gateway:</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest body of <c>addPhones</c>, in bytes; 0 = no limit. The number of items has none.</summary>
    public long MaxAddPhonesBytes { get; set; } = 256L << 20;

    /// <summary>
    /// Where bots reach the gateway, an absolute http(s) URL: calls give their bots an address below it (P41). Not set: in one process the
    /// address it listens on; on clusters no address is given.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// Addresses or networks of reverse proxies, separated by commas: what these say in <c>X-Forwarded-For</c> and <c>-Proto</c> is
    /// believed. Null = nobody is, and the caller is whoever connects.
    /// </summary>
    public string? TrustedProxies { get; set; }

    /// <summary>Requests a second of each key, twice as many at once; 0 = no limit.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Requests a second of each campaign's token on the Calls API; 0 = no limit, as clients expect of it.</summary>
    public int CallsRequestsPerSecond { get; set; }

    /// <summary>Sign-in of people by an identity provider; off unless an authority is named.</summary>
    public OidcOptions Oidc { get; set; } = new();

    /// <summary>Addresses and networks such as <c>10.1.0.0/16</c>, separated by commas. False: an entry is neither.</summary>
    public static bool TryReadNetworks(string? text, out IReadOnlyList<IPNetwork> networks)
    {
        var read = new List<IPNetwork>();
        networks = read;
        foreach (var entry in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                read.Add(network);
            }
            else if (IPAddress.TryParse(entry, out var address))
            {
                read.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
