using System.Net;
using Dialer.Channels;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>A trunk as <c>--channel</c> writes it: <c>sip:HOST[:PORT][;transport=udp|tcp|tls]</c>.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">0 = by DNS, else the usual one.</param>
/// <param name="Transport">UDP unless told.</param>
internal sealed record DialTrunk(string Host, int Port, TrunkTransport Transport)
{
    /// <summary>This very machine: nobody is woken by a test.</summary>
    public bool IsLoopback => Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    public static bool TryParse(string text, out DialTrunk target)
    {
        target = null!;
        var parts = text["sip:".Length..].Split(';');
        if (!TrunkAddress.TryParse(parts[0], out var host, out var port) || parts.Length > 2)
        {
            return false;
        }

        var transport = parts.Length == 1 ? TrunkTransport.Udp
            : parts[1].ToLowerInvariant() switch
            {
                "transport=udp" => TrunkTransport.Udp,
                "transport=tcp" => TrunkTransport.Tcp,
                "transport=tls" => TrunkTransport.Tls,
                _ => (TrunkTransport)255,
            };
        target = new DialTrunk(host, port, transport);
        return Enum.IsDefined(transport);
    }

    /// <summary>As it was written.</summary>
    public static string Text(SipSettings sip)
    {
        var host = sip.Host.Contains(':', StringComparison.Ordinal) ? $"[{sip.Host}]" : sip.Host;
        var port = sip.Port == 0 ? "" : FormattableString.Invariant($":{sip.Port}");
        return $"sip:{host}{port}" + (sip.Transport == TrunkTransport.Udp ? "" : $";transport={sip.Transport.ToString().ToLowerInvariant()}");
    }
}
