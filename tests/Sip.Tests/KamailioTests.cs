using System.Net;
using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Calls through a proxy that asks for a digest and stays in the path (P39, P40): kamailio, and SIPp behind it.</summary>
public class KamailioTests
{
    private const string Name = "trunk.test";

    /// <summary>Far end hangs up, we hang up, early media, we cancel after 180 and after 100, refusals.</summary>
    private static readonly (long Phone, CallClass Class, int Status)[] Calls =
    [
        (79_001_000_010, CallClass.Answered, 200), (79_001_000_050, CallClass.Answered, 200), (79_002_000_001, CallClass.Answered, 200),
        (79_002_000_002, CallClass.Answered, 200), (79_004_000_010, CallClass.Answered, 200), (79_003_000_001, CallClass.NoAnswer, 487),
        (79_005_000_001, CallClass.NoAnswer, 487), (79_000_000_486, CallClass.Busy, 486), (79_000_000_603, CallClass.Rejected, 603),
        (79_000_000_404, CallClass.Nonexistent, 404), (79_000_000_500, CallClass.Technical, 500),
    ];

    [Theory]
    [InlineData(SipTransport.Udp, "MD5")]
    [InlineData(SipTransport.Udp, "SHA-256")]
    [InlineData(SipTransport.Tcp, "MD5")]
    [InlineData(SipTransport.Tcp, "SHA-256")]
    [InlineData(SipTransport.Tls, "MD5")]
    [InlineData(SipTransport.Tls, "SHA-256")]
    public async Task CallsThroughAProxy_WithADigest_EndByEitherSide_AndSippAgrees_P40(SipTransport transport, string algorithm)
    {
        using var certificates = new TestCertificates(Name);
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", Calls.Length);
        await using var proxy = await KamailioServer.StartAsync(sipp.Address, Options(transport, certificates) with { Algorithm = algorithm });
        await using var calls = Trunk(proxy, transport, certificates);
        var ends = await calls.CallAllAsync([.. Calls.Select(m => m.Phone)], TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1));
        Assert.Equal(Calls, Calls.Zip(ends, (m, e) => (m.Phone, e.Class, e.Cause.SipCode)));
        Assert.Equal([EndedBy.Callee, EndedBy.Callee, EndedBy.Ourselves, EndedBy.Ourselves], ends.Take(4).Select(e => e.By));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tls)]
    public async Task WrongPassword_LeavesThe407_AsTechnicalOfTheChannel_P40(SipTransport transport)
    {
        using var certificates = new TestCertificates(Name);
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 1);
        await using var proxy = await KamailioServer.StartAsync(sipp.Address, Options(transport, certificates));
        await using var calls = Trunk(proxy, transport, certificates, password: "wrong");
        var end = await calls.CallAsync(79_002_000_001);
        Assert.Equal((CallClass.Technical, 407, true), (end.Class, end.Cause.SipCode, end.IsChannelClass));
        Assert.Equal(0, sipp.Received("INVITE"));
    }

    [Fact]
    public async Task TrunkThatWantsACertificate_TakesOurs_AndNobodyWithout_P39()
    {
        using var certificates = new TestCertificates(Name);
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 2);
        await using var proxy = await KamailioServer.StartAsync(
            sipp.Address, new KamailioOptions { Certificates = certificates, WantsClientCertificate = true });
        await using (var stranger = Trunk(proxy, SipTransport.Tls, certificates))
        {
            var refused = await stranger.CallAsync(79_002_000_009);
            Assert.Equal((CallClass.Technical, 0, true), (refused.Class, refused.Cause.SipCode, refused.IsChannelClass));
        }

        await using var calls = Trunk(proxy, SipTransport.Tls, certificates, hasOwn: true);
        var ends = await calls.CallAllAsync([79_001_000_010, 79_002_000_001], talk: TimeSpan.FromSeconds(1));
        Assert.All(ends, e => Assert.Equal(CallClass.Answered, e.Class));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    [Theory]
    [InlineData("other.test", true)]
    [InlineData(Name, false)]
    public async Task CertificateForAnotherName_OrOfAnUnknownAuthority_EndsTheCallUnsent_P39(string name, bool isTrusted)
    {
        using var certificates = new TestCertificates(name);
        using var others = new TestCertificates(Name);
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 1);
        await using var proxy = await KamailioServer.StartAsync(sipp.Address, new KamailioOptions { Certificates = certificates });
        await using var calls = Trunk(proxy, SipTransport.Tls, isTrusted ? certificates : others);
        var end = await calls.CallAsync(79_002_000_001);
        Assert.Equal((CallClass.Technical, 0, true), (end.Class, end.Cause.SipCode, end.IsChannelClass));
        Assert.Equal("the trunk cannot be reached", end.Cause.Text);
        Assert.Equal(0, sipp.Received("INVITE"));
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task OutboundProxy_IsTheFirstRoute_AndCallsEndByEitherSide_P39(SipTransport transport)
    {
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 4);
        await using var proxy = await KamailioServer.StartAsync(sipp.Address);
        var address = proxy.AddressOf(transport);
        await using var calls = new TrunkCalls(
            address,
            t => t with
            {
                Host = "carrier.test",
                Port = 0,
                Transport = transport,
                OutboundProxy = new SipUri { Scheme = "sip", Host = $"{address.Address}", Port = address.Port },
            });
        var ends = await calls.CallAllAsync(
            [79_001_000_010, 79_002_000_001, 79_003_000_001, 79_000_000_486], TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1));
        Assert.Equal([200, 200, 487, 486], ends.Select(e => e.Cause.SipCode));
        Assert.Equal((0, ""), await sipp.ExitAsync());
        Assert.All(sipp.Received().Where(m => m.StartsWith("INVITE", StringComparison.Ordinal)), m => Assert.Contains("@carrier.test SIP/2.0", m, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FirstServerShowsAWrongCertificate_TheSecondGetsTheCall_I2()
    {
        using var wrong = new TestCertificates(Name);
        using var right = new TestCertificates(Name);
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", 2);
        await using var first = await KamailioServer.StartAsync(sipp.Address, new KamailioOptions { Certificates = wrong });
        await using var second = await KamailioServer.StartAsync(sipp.Address, new KamailioOptions { Certificates = right });
        using var dns = new DnsServer().With(
            DnsRecord.Srv($"_sips._tcp.{Name}", 10, 1, first.AddressOf(SipTransport.Tls).Port, $"a.{Name}"),
            DnsRecord.Srv($"_sips._tcp.{Name}", 20, 1, second.AddressOf(SipTransport.Tls).Port, $"a.{Name}"),
            DnsRecord.Host($"a.{Name}", "127.0.0.1"));
        await using var calls = new TrunkCalls(
            dns.Address,
            t => t with { Host = Name, Port = 0, Transport = SipTransport.Tls, Tls = right.Settings(hasOwn: false) },
            new SipResolverOptions { NameServers = [dns.Address] });
        var ends = await calls.CallAllAsync([79_001_000_010, 79_002_000_001], talk: TimeSpan.FromSeconds(1));
        Assert.All(ends, e => Assert.Equal(CallClass.Answered, e.Class));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    private static KamailioOptions Options(SipTransport transport, TestCertificates certificates) =>
        transport == SipTransport.Tls ? new() { Certificates = certificates } : new();

    private static TrunkCalls Trunk(
        KamailioServer proxy, SipTransport transport, TestCertificates certificates, bool hasOwn = false, string password = "secret") => new(
        proxy.AddressOf(transport),
        t => t with
        {
            Host = Name,
            Transport = transport,
            Tls = certificates.Settings(hasOwn),
            Credentials = new DigestCredentials("dialer", password),
            ProvisionalLimit = TimeSpan.FromSeconds(3),
        },
        new SipResolverOptions
        {
            NameServers = [],
            SystemLookup = (name, _) => name == Name
                ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
                : throw new SocketException((int)SocketError.HostNotFound),
        });
}
