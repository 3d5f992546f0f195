namespace Dialer.Silo.Telephony.Sip;

/// <summary>The names that a transport goes by.</summary>
public static class SipTransports
{
    /// <summary>What stands in Via: <c>UDP</c>, <c>TCP</c>, <c>TLS</c> (RFC 3261 §25.1).</summary>
    public static string ViaToken(this SipTransport transport) => transport switch
    {
        SipTransport.Tcp => "TCP",
        SipTransport.Tls => "TLS",
        _ => "UDP",
    };

    /// <summary>5060, of TLS 5061 (RFC 3261 §19.1.2).</summary>
    public static int DefaultPort(this SipTransport transport) => transport == SipTransport.Tls ? SipUri.DefaultTlsPort : SipUri.DefaultPort;

    /// <summary>What stands before the domain in the name of its SRV records (RFC 3263 §4.1).</summary>
    public static string ServicePrefix(this SipTransport transport) => transport switch
    {
        SipTransport.Tcp => "_sip._tcp.",
        SipTransport.Tls => "_sips._tcp.",
        _ => "_sip._udp.",
    };

    /// <summary>The transport of a URI's <c>transport</c> parameter or of a Via, in any case; null = none of ours.</summary>
    public static SipTransport? Parse(string? token) => token?.ToUpperInvariant() switch
    {
        "UDP" => SipTransport.Udp,
        "TCP" => SipTransport.Tcp,
        "TLS" => SipTransport.Tls,
        _ => null,
    };

    /// <summary>The transport of a NAPTR service field (RFC 3263 §4.1); null = none of ours.</summary>
    internal static SipTransport? OfNaptrService(string? service) => service?.ToUpperInvariant() switch
    {
        "SIP+D2U" => SipTransport.Udp,
        "SIP+D2T" => SipTransport.Tcp,
        "SIPS+D2T" => SipTransport.Tls,
        _ => null,
    };
}
