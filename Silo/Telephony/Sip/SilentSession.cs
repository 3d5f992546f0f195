using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The session of a call without a bot: nothing is sent and nothing is heard (RFC 8866, RFC 3264).</summary>
internal static class SilentSession
{
    public static string Offer(IPAddress local)
    {
        var family = local.AddressFamily == AddressFamily.InterNetworkV6 ? "IP6" : "IP4";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"v=0\r\no=- 1 1 IN {family} {local}\r\ns=-\r\nc=IN {family} {local}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=inactive\r\n");
    }
}
