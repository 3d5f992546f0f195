using System.Net;
using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A trunk with two servers in DNS (RFC 3263 §4.3): when a call goes on to the second, and when it must not (I2).</summary>
public class FailoverTests
{
    private const string Name = "trunk.test";
    private const long Phone = 79_002_000_001;

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task FirstServerSays503_TheSecondGetsTheCall_AndTheNextOneAtOnce_P39(SipTransport transport)
    {
        await using var first = await SippServer.StartAsync("uas-fail.xml.in", 1, transport, edit: Refusing, more: ["-key", "extra", "Retry-After: 30"]);
        await using var second = await SippServer.StartAsync("uas-matrix.xml", 2, transport);
        using var dns = Servers(transport, first.Address, second.Address);
        await using var calls = Trunk(dns, transport);
        Assert.Equal(CallClass.Answered, (await calls.CallAsync(Phone, talk: TimeSpan.FromSeconds(1))).Class);
        Assert.Equal((0, ""), await first.ExitAsync());
        Assert.Equal(CallClass.Answered, (await calls.CallAsync(Phone, talk: TimeSpan.FromSeconds(1))).Class);
        Assert.Equal((0, ""), await second.ExitAsync());

        var refused = Assert.Single(Invites(first));
        var taken = Invites(second);
        Assert.Equal([("2 INVITE", Header(refused, "Call-ID")), ("1 INVITE", Header(taken[1], "Call-ID"))], taken.Select(m => (Header(m, "CSeq"), Header(m, "Call-ID"))));
        Assert.Equal("1 INVITE", Header(refused, "CSeq"));
        Assert.NotEqual(Header(refused, "Call-ID"), Header(taken[1], "Call-ID"));
    }

    [Fact]
    public async Task NobodyListensAtTheFirstServer_TheSecondGetsTheCallAtOnce_I2()
    {
        // bound and not listening: whoever connects is refused
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var second = await SippServer.StartAsync("uas-matrix.xml", 20, SipTransport.Tcp);
        using var dns = Servers(SipTransport.Tcp, (IPEndPoint)first.LocalEndPoint!, second.Address);
        // so long that it cannot be what sends the call on
        await using var calls = Trunk(dns, SipTransport.Tcp, TimeSpan.FromMinutes(2));
        var ends = await calls.CallAllAsync([.. Enumerable.Range(1, 20).Select(i => 79_001_000_010L)]);
        Assert.All(ends, e => Assert.Equal(CallClass.Answered, e.Class));
        Assert.Equal((0, ""), await second.ExitAsync());
    }

    [Fact]
    public async Task FirstServerIsSilent_TheCallGoesNowhereElse_AndTheNextOneToTheSecond_I2()
    {
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var second = await SippServer.StartAsync("uas-matrix.xml", 1);
        using var dns = Servers(SipTransport.Udp, (IPEndPoint)first.LocalEndPoint!, second.Address);
        await using var calls = Trunk(dns, SipTransport.Udp, TimeSpan.FromSeconds(2));
        var lost = await calls.CallAsync(Phone);
        Assert.Equal((CallClass.Technical, 0, true), (lost.Class, lost.Cause.SipCode, lost.IsChannelClass));
        Assert.Empty(second.Received());

        Assert.Equal(CallClass.Answered, (await calls.CallAsync(Phone, talk: TimeSpan.FromSeconds(1))).Class);
        Assert.Equal((0, ""), await second.ExitAsync());
        Assert.Equal("1 INVITE", Header(Assert.Single(Invites(second)), "CSeq"));
    }

    private static string Refusing(string template) =>
        template.Replace("@CODE@", "503", StringComparison.Ordinal).Replace("@PHRASE@", "Service Unavailable", StringComparison.Ordinal);

    private static DnsServer Servers(SipTransport transport, IPEndPoint first, IPEndPoint second)
    {
        var service = transport == SipTransport.Udp ? $"_sip._udp.{Name}" : $"_sip._tcp.{Name}";
        return new DnsServer().With(
            DnsRecord.Srv(service, 10, 1, first.Port, $"a.{Name}"),
            DnsRecord.Srv(service, 20, 1, second.Port, $"b.{Name}"),
            DnsRecord.Host($"a.{Name}", $"{first.Address}"),
            DnsRecord.Host($"b.{Name}", $"{second.Address}"));
    }

    private static TrunkCalls Trunk(DnsServer dns, SipTransport transport, TimeSpan? limit = null) => new(
        dns.Address,
        t => t with { Host = Name, Port = 0, Transport = transport, ProvisionalLimit = limit ?? t.ProvisionalLimit },
        new SipResolverOptions { NameServers = [dns.Address] });

    private static List<string> Invites(SippServer server) => [.. server.Received().Where(m => m.StartsWith("INVITE", StringComparison.Ordinal))];

    private static string Header(string message, string name) =>
        message.Split('\n').First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
}
