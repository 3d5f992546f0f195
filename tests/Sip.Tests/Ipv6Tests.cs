using System.Net;
using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Trunks with an IPv6 address: in Via, Contact and the session description too (RFC 5118, RFC 8866).</summary>
public class Ipv6Tests
{
    [Theory]
    [InlineData(SipTransport.Udp, false)]
    [InlineData(SipTransport.Udp, true)]
    [InlineData(SipTransport.Tcp, false)]
    [InlineData(SipTransport.Tcp, true)]
    public async Task CallOverIpv6_IsAnswered_AndNamesNoOtherAddress_P39(SipTransport transport, bool isBoundToIpv4)
    {
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 2, transport, IPAddress.IPv6Loopback);
        var options = new SipNetworkOptions { Address = isBoundToIpv4 ? IPAddress.Loopback : null };
        await using var calls = new TrunkCalls(sipp.Address, t => t with { Transport = transport }, options: options);
        var ends = await calls.CallAllAsync([79_001_000_010, 79_002_000_001], talk: TimeSpan.FromSeconds(1));
        Assert.Equal([(CallClass.Answered, EndedBy.Callee), (CallClass.Answered, EndedBy.Ourselves)], ends.Select(e => (e.Class, e.By)));
        Assert.Equal((0, ""), await sipp.ExitAsync());

        var invite = sipp.Received().First(m => m.StartsWith("INVITE", StringComparison.Ordinal));
        Assert.Contains("c=IN IP6 ::1", invite, StringComparison.Ordinal);
        Assert.Contains("Contact: <sip:dialer@[::1]:", invite, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", invite, StringComparison.Ordinal);
    }
}
