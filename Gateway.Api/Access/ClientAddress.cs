using System.Net;
using System.Net.Sockets;

namespace Dialer.Gateway.Access;

/// <summary>Whom a limit by address is about.</summary>
internal static class ClientAddress
{
    private const int SiteBytes = 8;

    /// <summary>IPv4 as it is; of IPv6 the /64, all of which one caller has.</summary>
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address switch
        {
            null => "",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..SiteBytes], .. new byte[SiteBytes]]).ToString(),
            _ => address.ToString(),
        };
    }
}
