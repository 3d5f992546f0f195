using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A SIP or SIPS URI (RFC 3261 §19.1), or the number of a tel URI (RFC 3966). Headers after <c>?</c> are kept out: we send none and
/// obey none.
/// </summary>
public sealed record SipUri
{
    public const int DefaultPort = 5060;
    public const int DefaultTlsPort = 5061;

    private static readonly System.Buffers.SearchValues<char> NoHost = System.Buffers.SearchValues.Create(" \t<>\"@,");

    public required string Scheme { get; init; }

    /// <summary>User part as it stands (escapes kept); null when there is none.</summary>
    public string? User { get; init; }

    /// <summary>Host name or address; an IPv6 address without its brackets. Empty for tel.</summary>
    public string Host { get; init; } = "";

    /// <summary>0 = none given.</summary>
    public int Port { get; init; }

    /// <summary>Parameters as they stand, with their <c>;</c>.</summary>
    public string Parameters { get; init; } = "";

    public bool IsSecure => Scheme.Equals("sips", StringComparison.OrdinalIgnoreCase);

    /// <summary>The <c>transport</c> parameter in lower case; null when there is none.</summary>
    public string? Transport => Parameter("transport")?.ToLowerInvariant();

    /// <summary>Whether the route is loose (RFC 3261 §16.12).</summary>
    public bool IsLooseRouter => Parameter("lr") is not null;

    public string? Parameter(string name) =>
        SipText.Parameters(SipText.Split(Parameters, ';')).TryGetValue(name, out var value) ? value : null;

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

        uri = new SipUri { Scheme = scheme, User = user, Host = name, Port = port, Parameters = parameters };
        return true;
    }

    /// <summary>Splits <c>host[:port]</c>, with IPv6 in brackets. Port 0 = none.</summary>
    internal static bool TrySplitPort(ReadOnlySpan<char> text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var rest = ReadOnlySpan<char>.Empty;
        if (text.StartsWith("["))
        {
            var close = text.IndexOf(']');
            if (close < 0 || !System.Net.IPAddress.TryParse(text[1..close], out _))
            {
                return false;
            }

            host = text[1..close].ToString();
            rest = text[(close + 1)..];
        }
        else
        {
            var colon = text.IndexOf(':');
            host = (colon < 0 ? text : text[..colon]).ToString();
            rest = colon < 0 ? rest : text[colon..];
        }

        var isPort = rest.IsEmpty
            || (rest[0] == ':' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65_536);
        return isPort && host.Length > 0 && !host.AsSpan().ContainsAny(NoHost);
    }
}
