using System.Net;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dialer.Tests.Sip;

/// <summary>The targets of a trunk as DNS has them over time (P39, RFC 3263 §4.3), and the ways of requests within a dialog.</summary>
public sealed class SipRoutesTests : IAsyncDisposable
{
    private const string Name = "trunk.test";
    private const string First = "127.0.0.1";
    private const string Second = "127.0.0.2";

    /// <summary>Of a link that is not named: no machine has a way there.</summary>
    private const string OutOfReach = "fe80::1";

    private readonly FakeTimeProvider clock = new();
    private readonly DnsServer dns = new();
    private readonly SipNetwork network;

    public SipRoutesTests() =>
        network = new SipNetwork(new SipNetworkOptions { Address = IPAddress.Loopback, Loops = 1 }, clock, NullLogger<SipNetwork>.Instance);

    [Fact]
    public async Task TargetWithoutAWay_IsLeftOut_AndTheOthersAreUsed_P39()
    {
        Servers().With(DnsRecord.Host($"a.{Name}", OutOfReach), DnsRecord.Host($"a.{Name}", First), DnsRecord.Host($"b.{Name}", Second));
        var routes = await RoutesAsync();
        Assert.Equal([First, Second], Addresses(routes));
        Assert.Null(routes.Fault);
    }

    [Fact]
    public async Task NoTargetWithAWay_IsAFault_P39()
    {
        Servers().With(DnsRecord.Host($"a.{Name}", OutOfReach));
        var routes = await RoutesAsync();
        Assert.Empty(routes.Current());
        Assert.Contains("there is no way to fe80::1", routes.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswerWithGaps_IsReplacedByTheNextOneWithGaps_P39()
    {
        Servers().With(DnsRecord.Host($"a.{Name}", First, 5), DnsRecord.Host($"b.{Name}", Second, 5)).Failing($"A b.{Name}", DnsServer.ServerFailure);
        var routes = await RoutesAsync();
        Assert.Equal([First], Addresses(routes));

        dns.Failing($"A b.{Name}", 0).Failing($"A a.{Name}", DnsServer.ServerFailure);
        await BecomesAsync(routes, [Second]);
    }

    [Fact]
    public async Task WholeAnswer_StandsAgainstOneWithGaps_ButNotForEver_P39()
    {
        Servers().With(DnsRecord.Host($"a.{Name}", First, 5), DnsRecord.Host($"b.{Name}", Second, 5));
        var routes = await RoutesAsync();
        Assert.Equal([First, Second], Addresses(routes));

        dns.Failing($"A a.{Name}", DnsServer.ServerFailure);
        for (var i = 0; i < 3; i++)
        {
            var asked = dns.Asked.Count;
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal([First, Second], Addresses(routes));
            await Until.TrueAsync(() => dns.Asked.Count >= asked + 5, "DNS is asked again");
        }

        clock.Advance(TimeSpan.FromMinutes(15));
        await BecomesAsync(routes, [Second]);
    }

    [Theory]
    [InlineData("sips:callee@127.0.0.3;transport=tcp", SipTransport.Tcp, SipTransport.Tls, "127.0.0.3:5061")]
    [InlineData("sips:callee@127.0.0.3", SipTransport.Tcp, SipTransport.Tls, "127.0.0.3:5061")]
    [InlineData("sips:callee@127.0.0.3:5070;transport=udp", SipTransport.Tls, SipTransport.Tls, "127.0.0.3:5070")]
    [InlineData("sips:callee@127.0.0.3;transport=tcp", SipTransport.Tls, SipTransport.Tls, "127.0.0.3:5061")]
    [InlineData("sip:callee@127.0.0.3;transport=tcp", SipTransport.Udp, SipTransport.Tcp, "127.0.0.3:5060")]
    [InlineData("sip:callee@127.0.0.3", SipTransport.Tls, SipTransport.Tls, "127.0.0.3:5061")]
    public async Task RequestWithinADialog_GoesOverTls_WhereSipsIsSaid(string contact, SipTransport trunk, SipTransport transport, string address)
    {
        var routes = await RoutesAsync(t => t with { Host = First, Port = 5060, Transport = trunk });
        Assert.True(SipUri.TryParse(contact, out var next));
        var hop = routes.HopTo(next, routes.Current()[0]);
        Assert.Equal((transport, address), (hop.Transport, hop.Name));
    }

    public async ValueTask DisposeAsync()
    {
        await network.DisposeAsync();
        dns.Dispose();
    }

    /// <summary>Two servers by SRV; their addresses are still to be told.</summary>
    private DnsServer Servers() => dns.With(
        DnsRecord.Srv($"_sip._udp.{Name}", 10, 1, 5060, $"a.{Name}", 5), DnsRecord.Srv($"_sip._udp.{Name}", 20, 1, 5060, $"b.{Name}", 5));

    private async Task<SipRoutes> RoutesAsync(Func<SipTrunk, SipTrunk>? change = null)
    {
        var trunk = new SipTrunk { Host = Name, Domain = "dialer.test", Key = new byte[16] };
        var routes = new SipRoutes(network, new SipResolver(new SipResolverOptions { NameServers = [dns.Address] }), change?.Invoke(trunk) ?? trunk);
        await routes.Ready;
        return routes;
    }

    private async Task BecomesAsync(SipRoutes routes, string[] addresses) => await Until.GetAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(Addresses(routes));
        },
        found => found.SequenceEqual(addresses),
        string.Join(' ', addresses),
        instead: found => string.Join(' ', found));

    private static List<string> Addresses(SipRoutes routes) => [.. routes.Current().Select(r => $"{r.Target.Address.Address}")];
}
