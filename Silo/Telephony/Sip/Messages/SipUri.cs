using System.Globalization;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A SIP or SIPS URI (RFC 3261 §19.1), or the number of a tel URI (RFC 3966). Headers after <c>?</c> are kept out: we send none and
/// obey none.
/// </summary>
public sealed record SipUri
{
    public const int DefaultPort = 5060;
    public const int DefaultTlsPort = 5061;

    private static readonly System.Buffers.SearchValues<char> HostChars =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    private static readonly System.Buffers.SearchValues<char> AddressChars = System.Buffers.SearchValues.Create("ABCDEFabcdef0123456789:.");

    public required string Scheme { get; init; }

    /// <summary>User part as it stands (escapes kept); null when there is none.</summary>
    public string? User { get; init; }

    /// <summary>Host name or address; an IPv6 address without its brackets. Empty for tel.</summary>
    public string Host { get; init; } = "";

    /// <summary>0 = none given.</summary>
    public int Port { get; init; }

    /// <summary>Parameters as they stand, with their <c>;</c>.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Headers stood after <c>?</c>: never so in a Request-URI (RFC 3261 §19.1.1, table 1).</summary>
    public bool HasHeaders { get; init; }

    public bool IsSecure => Scheme.Equals("sips", StringComparison.OrdinalIgnoreCase);

    /// <summary>The <c>transport</c> parameter in lower case; null when there is none.</summary>
    public string? Transport => Parameter("transport")?.ToLowerInvariant();

    /// <summary>Whether the route is loose (RFC 3261 §16.12).</summary>
    public bool IsLooseRouter => Parameter("lr") is not null;

    /// <summary>A parameter's value, "" when it has none; null when it is not there. Escapes are read, once (RFC 4475 §3.1.1.3).</summary>
    public string? Parameter(string name)
    {
        foreach (var part in SipText.Split(Parameters, ';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (Uri.UnescapeDataString(equals < 0 ? part : part[..equals]).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
            }
        }

        return null;
    }

    public static bool TryParse(string? text, out SipUri uri)
    {
        uri = null!;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon <= 0 || text.AsSpan().ContainsAnyInRange('\0', ' '))
        {
            return false;
        }

        var scheme = text[..colon].ToLowerInvariant();
        var rest = text.AsSpan(colon + 1);
        if (scheme == "tel")
        {
            var end = rest.IndexOf(';');
            uri = new SipUri { Scheme = scheme, User = (end < 0 ? rest : rest[..end]).ToString(), Parameters = end < 0 ? "" : rest[end..].ToString() };
            return uri.User.Length > 0;
        }

        return scheme is "sip" or "sips" && TryParseSip(scheme, rest, out uri);
    }

    public override string ToString()
    {
        if (Scheme == "tel")
        {
            return $"tel:{User}{Parameters}";
        }

        var user = User is null ? "" : User + "@";
        var port = Port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}");
        return $"{Scheme}:{user}{HostText}{port}{Parameters}";
    }

    /// <summary>The host as it is written: an IPv6 address in brackets.</summary>
    public string HostText => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    private static bool TryParseSip(string scheme, ReadOnlySpan<char> rest, out SipUri uri)
    {
        uri = null!;
        // the user part may hold ; and ? (RFC 3261 §19.1.1), the host part none of them
        var at = rest.IndexOf('@');
        var user = at < 0 ? null : rest[..at].ToString();
        var host = rest[(at + 1)..];
        var question = host.IndexOf('?');
        host = question < 0 ? host : host[..question];
        var semicolon = host.IndexOf(';');
        var parameters = semicolon < 0 ? "" : host[semicolon..].ToString();
        host = semicolon < 0 ? host : host[..semicolon];
        if (user is { Length: 0 } || !TrySplitPort(host, out var name, out var port))
        {
            return false;
        }

        uri = new SipUri { Scheme = scheme, User = user, Host = name, Port = port, Parameters = parameters, HasHeaders = question >= 0 };
        return true;
    }

    /// <summary>Splits <c>host[:port]</c>, with IPv6 in brackets and maybe blanks around the colon (in a Via). Port 0 = none.</summary>
    internal static bool TrySplitPort(ReadOnlySpan<char> text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var rest = ReadOnlySpan<char>.Empty;
        if (text.StartsWith("["))
        {
            var close = text.IndexOf(']');
            if (close < 0 || !IsAddress6(text[1..close], out host))
            {
                return false;
            }

            rest = text[(close + 1)..].TrimStart();
        }
        else
        {
            var colon = text.IndexOf(':');
            host = (colon < 0 ? text : text[..colon]).TrimEnd().ToString();
            rest = colon < 0 ? rest : text[colon..];
            if (host.Length == 0 || host.AsSpan().ContainsAnyExcept(HostChars))
            {
                return false;
            }
        }

        port = rest.IsEmpty || rest[0] != ':' ? 0 : SipText.Digits(rest[1..].TrimStart()) ?? 0;
        return rest.IsEmpty || port is > 0 and < 65_536;
    }

    /// <summary>
    /// What may stand in brackets: an address of IPv6 without a zone. RFC 3261's grammar let a third colon stand before an IPv4
    /// part; RFC 5118 §4.10 wants it read as two.
    /// </summary>
    private static bool IsAddress6(ReadOnlySpan<char> text, out string address)
    {
        address = text.ToString();
        var colons = text.IndexOf(":::");
        if (colons >= 0 && text[(colons + 3)..].Count('.') == 3 && System.Net.IPAddress.TryParse(text[(colons + 3)..], out _))
        {
            address = address.Remove(colons, 1);
        }

        return !text.ContainsAnyExcept(AddressChars)
            && System.Net.IPAddress.TryParse(address, out var found)
            && found.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
