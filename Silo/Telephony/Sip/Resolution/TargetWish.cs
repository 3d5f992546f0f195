using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a URI asks for, before DNS is asked.</summary>
/// <param name="Host">The host as it was written.</param>
/// <param name="Name">The host as a domain name; empty when it is an address.</param>
/// <param name="Numeric">The host when it is an address.</param>
/// <param name="Port">0 = none given.</param>
/// <param name="Transport">Null = none given.</param>
internal sealed record TargetWish(string Host, string Name, IPAddress? Numeric, int Port, SipTransport? Transport, bool IsSecure)
{
    /// <summary>The transport when nothing else says one (RFC 3263 §4.1).</summary>
    public SipTransport TransportOrDefault => Transport ?? (IsSecure ? SipTransport.Tls : SipTransport.Udp);

    /// <summary>Transports to look for, the best first.</summary>
    public IReadOnlyList<SipTransport> Transports =>
        Transport is { } one ? [one] : IsSecure ? [SipTransport.Tls] : [SipTransport.Udp, SipTransport.Tcp];

    /// <param name="transport">Wins over the URI's own; null = the URI says.</param>
    /// <param name="fault">Why null is returned.</param>
    public static TargetWish? Of(SipUri uri, SipTransport? transport, out string? fault)
    {
        fault = null;
        var wanted = transport ?? SipTransports.Parse(uri.Transport);
        if (uri.Host.Length == 0)
        {
            fault = $"a {uri.Scheme} URI names no host";
        }
        else if (wanted is null && uri.Transport is { } unknown)
        {
            fault = $"no such transport here: {unknown}";
        }
        else if (uri.IsSecure && wanted == SipTransport.Udp)
        {
            fault = "a sips URI needs TLS, not UDP";
        }

        // sips over TCP is TLS (RFC 3261 §26.2.2)
        wanted = uri.IsSecure && wanted is not null ? SipTransport.Tls : wanted;
        var numeric = Address(uri.Host);
        var name = "";
        if (fault is null && numeric is null && !DnsName.TryNormalizeHost(uri.Host, out name))
        {
            fault = $"not a host name: {uri.Host}";
        }

        return fault is null ? new(uri.Host, name, numeric, uri.Port, wanted, uri.IsSecure) : null;
    }

    /// <summary>
    /// IPv4 in its usual form only: <see cref="IPAddress.TryParse(string?, out IPAddress?)"/> takes <c>1</c> for 0.0.0.1 and reads
    /// <c>010.0.0.1</c> as octal.
    /// </summary>
    private static IPAddress? Address(string host) =>
        IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host)
            ? address
            : null;
}
