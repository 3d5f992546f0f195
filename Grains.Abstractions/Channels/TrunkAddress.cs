using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dialer.Channels;

/// <summary>A host with or without a port: <c>sip.example.com</c>, <c>192.0.2.1:5070</c>, <c>[2001:db8::1]:5060</c>.</summary>
public static partial class TrunkAddress
{
    /// <summary>Whether it can be the host of a trunk: a name or an address, an IPv6 one without brackets.</summary>
    public static bool IsHost(string? text) =>
        text is not null && (Name().IsMatch(text) || (IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !text.Contains('%', StringComparison.Ordinal)));

    /// <summary>Splits host and port; 0 = none was written.</summary>
    public static bool TryParse(string? text, out string host, out int port)
    {
        (host, port) = ("", 0);
        if (text is null)
        {
            return false;
        }

        var close = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = close >= 0 ? text.IndexOf(':', close) : text.LastIndexOf(':');
        host = close >= 0 ? text[1..close] : colon < 0 ? text : text[..colon];
        var isWhole = close < 0 || close == text.Length - 1 || colon == close + 1;
        var isPort = colon < 0 || (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65_535);
        return isWhole && isPort && IsHost(host) && (close >= 0) == host.Contains(':', StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?=.{1,253}\z)[0-9A-Za-z_]([0-9A-Za-z_-]{0,62})(\.[0-9A-Za-z_]([0-9A-Za-z_-]{0,62}))*\.?\z")]
    private static partial Regex Name();
}
