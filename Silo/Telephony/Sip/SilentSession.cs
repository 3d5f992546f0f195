using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The session of a call without a bot: nothing is sent and nothing is heard (RFC 8866, RFC 3264).</summary>
internal sealed class SilentSession(IPAddress local)
{
    private readonly string head = string.Create(
        CultureInfo.InvariantCulture, $"v=0\r\no=- 1 1 IN {Family(local)} {local}\r\ns=-\r\nc=IN {Family(local)} {local}\r\nt=0 0\r\n");

    /// <summary>Our address as it stands in descriptions.</summary>
    public string Address => local.ToString();

    public string Offer => head + "m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=inactive\r\n";

    /// <summary>
    /// As many media as were offered, in their order (RFC 3264 §6): plain audio is taken and kept silent, with the descriptions of
    /// its formats; the rest, also audio that wants keys, is refused.
    /// </summary>
    public string Answer(ReadOnlyMemory<byte> offer)
    {
        var text = new StringBuilder(head);
        var isTaken = false;
        foreach (var line in Encoding.UTF8.GetString(offer.Span).Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (isTaken && (line.StartsWith("a=rtpmap:", StringComparison.Ordinal) || line.StartsWith("a=fmtp:", StringComparison.Ordinal)))
            {
                text.Append(line).Append("\r\n");
            }

            var parts = line.StartsWith("m=", StringComparison.Ordinal) ? line.Split(' ') : [];
            if (parts.Length >= 4)
            {
                isTaken = parts[0] == "m=audio" && parts[1] != "0" && parts[2] is "RTP/AVP" or "RTP/AVPF";
                parts[1] = isTaken ? "9" : "0";
                text.Append(string.Join(' ', parts)).Append("\r\n").Append(isTaken ? "a=inactive\r\n" : "");
            }
        }

        return text.ToString();
    }

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "IP6" : "IP4";
}
