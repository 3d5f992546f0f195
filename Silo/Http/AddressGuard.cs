using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Http;

/// <summary>
/// Which addresses may be sent to when others choose them: the public internet, and private ones that the operator allowed. Keeps a
/// webhook from reaching into one's own network (SSRF).
/// </summary>
public sealed class AddressGuard
{
    /// <summary>IPv4 that is not public (IANA special-purpose registry).</summary>
    private static readonly IPNetwork[] Private4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Of IPv6 only global unicast is public, without these of it.</summary>
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Private6 = [.. new[] { "2001::/23", "2001:db8::/32", "3fff::/20" }.Select(n => IPNetwork.Parse(n))];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>NAT64: the last four bytes are the IPv4 address that is reached.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private readonly bool allowsAll;
    private readonly IReadOnlySet<string> hosts;
    private readonly IReadOnlyList<IPNetwork> networks;

    private AddressGuard(bool allowsAll, IReadOnlySet<string> hosts, IReadOnlyList<IPNetwork> networks) =>
        (this.allowsAll, this.hosts, this.networks) = (allowsAll, hosts, networks);

    /// <param name="allowed">Null, <c>true</c>, <c>false</c>, or hosts, addresses and networks separated by commas.</param>
    /// <exception cref="FormatException">An entry is none of these.</exception>
    public static AddressGuard Of(string? allowed)
    {
        var entries = (allowed ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (entries is [] or ["false" or "False"])
        {
            return new AddressGuard(false, new HashSet<string>(), []);
        }

        if (entries is ["true" or "True"])
        {
            return new AddressGuard(true, new HashSet<string>(), []);
        }

        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var networks = new List<IPNetwork>();
        foreach (var entry in entries)
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(entry, out var address))
            {
                networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else if (Uri.CheckHostName(entry) == UriHostNameType.Dns)
            {
                hosts.Add(entry);
            }
            else
            {
                throw new FormatException($"'{entry}' is no host name, address or network such as 10.1.0.0/16.");
            }
        }

        return new AddressGuard(false, hosts, networks);
    }

    /// <summary>The operator named this host, or everything.</summary>
    public bool NamesHost(string host) => allowsAll || hosts.Contains(host);

    /// <summary>Whether this address may be connected to under this name.</summary>
    public bool Allows(string host, IPAddress address) => NamesHost(host) || IsPublic(address) || IsNamed(address);

    /// <summary>The operator named the network of this address, or everything.</summary>
    public bool IsNamed(IPAddress address)
    {
        var plain = Plain(address);
        return allowsAll || networks.Any(n => n.Contains(plain));
    }

    /// <summary>Whether an address is on the public internet: what is written in another way counts as what it means.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Private4.Any(n => n.Contains(plain));
        }

        return Nat64.Contains(plain) ? IsPublic(Embedded(plain, 12))
            : SixToFour.Contains(plain) ? IsPublic(Embedded(plain, 2))
            : Global6.Contains(plain) && !Private6.Any(n => n.Contains(plain));
    }

    private static IPAddress Plain(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static IPAddress Embedded(IPAddress address, int at) => new(address.GetAddressBytes().AsSpan(at, 4));
}
