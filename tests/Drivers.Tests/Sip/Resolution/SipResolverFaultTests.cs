using System.Diagnostics;
using System.Net;
using Dialer.Silo.Telephony.Sip;
using static Dialer.Tests.Sip.DnsRecord;

namespace Dialer.Tests.Sip;

/// <summary>Servers that are dead, at a loss or hostile; limits; names that only the system knows.</summary>
public sealed class SipResolverFaultTests : IDisposable
{
    private readonly ResolverRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task NameThatDoesNotExist_IsAFault()
    {
        Assert.Equal("no such host: trunk.example", await rig.TargetsAsync("sip:trunk.example"));
        Assert.Equal("no such host: trunk.example", await rig.TargetsAsync("sip:trunk.example:5060"));
        var found = await rig.ResolveAsync("sips:trunk.example");
        Assert.Equal((TimeSpan.FromSeconds(5), false), (found.GoodFor, found.IsPartial));
    }

    [Fact]
    public async Task DeadServer_IsAFaultWithinTheLimit()
    {
        rig.Dns.IsSilent = true;
        rig.Options = rig.Options with { Limit = TimeSpan.FromSeconds(1) };
        var watch = Stopwatch.StartNew();
        Assert.Equal("the name servers have no answer about trunk.example", await rig.TargetsAsync("sip:trunk.example"));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task DeadServerAndDeadSystem_EndAtTheLimit_WhichTheFaultNames()
    {
        rig.Dns.IsSilent = true;
        rig.Options = rig.Options with { Limit = TimeSpan.FromSeconds(1), SystemLookup = (_, _) => new TaskCompletionSource<IPAddress[]>().Task };
        var watch = Stopwatch.StartNew();
        Assert.Equal("no answer about trunk.example within 1 s", await rig.TargetsAsync("sip:trunk.example"));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Cancelled_EndsAtOnce()
    {
        rig.Dns.IsSilent = true;
        Assert.True(SipUri.TryParse("sip:trunk.example", out var uri));
        using var cancel = new CancellationTokenSource();
        var asking = new SipResolver(rig.Options).ResolveAsync(uri, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(5)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SipResolver(rig.Options).ResolveAsync(uri, null, cancel.Token));
    }

    [Theory]
    [InlineData(DnsServer.ServerFailure)]
    [InlineData(DnsServer.FormatError)]
    [InlineData(-1)]
    public async Task ServerThatDoesNotSpeakOfServices_LeavesTheHostItself_ForAShortTime(int code)
    {
        rig.Options = rig.Options with { Limit = TimeSpan.FromSeconds(4) };
        rig.Dns.With(Host("trunk.example", "192.0.2.1", 3_600))
            .Failing("NAPTR trunk.example", code).Failing("SRV _sip._udp.trunk.example", code).Failing("SRV _sip._tcp.trunk.example", code);
        var found = await rig.ResolveAsync("sip:trunk.example");
        Assert.Equal("192.0.2.1:5060", Assert.Single(found.List).Address.ToString());
        Assert.Equal((TimeSpan.FromSeconds(30), true), (found.GoodFor, found.IsPartial));
    }

    [Fact]
    public async Task ServerFailure_OfEverything_IsAFault()
    {
        rig.Dns.Failing("A trunk.example", DnsServer.ServerFailure).Failing("AAAA trunk.example", DnsServer.ServerFailure);
        Assert.Equal("the name servers have no answer about trunk.example", await rig.TargetsAsync("sip:trunk.example:5060"));
    }

    [Fact]
    public async Task SecondServer_IsAsked_WhenTheFirstIsDeadOrAtALoss_ButNotAfterAWord()
    {
        using var dead = new DnsServer { IsSilent = true };
        using var lost = new DnsServer();
        lost.Failing("A trunk.example", DnsServer.ServerFailure).Failing("AAAA trunk.example", DnsServer.ServerFailure);
        rig.Dns.With(Host("trunk.example", "192.0.2.1"));
        rig.Options = rig.Options with { NameServers = [dead.Address, lost.Address, rig.Dns.Address], Limit = TimeSpan.FromSeconds(6) };
        Assert.Equal("UDP 192.0.2.1:5060", await rig.TargetsAsync("sip:trunk.example:5060"));
        var before = rig.Dns.Asked.Count;
        using var sure = new DnsServer();
        rig.Options = rig.Options with { NameServers = [sure.Address, rig.Dns.Address], Limit = TimeSpan.FromSeconds(20) };
        Assert.Equal("no such host: trunk.example", await rig.TargetsAsync("sip:trunk.example:5060"));
        Assert.Equal(before, rig.Dns.Asked.Count);
    }

    [Fact]
    public async Task OldServer_IsAskedAgainWithoutEdns()
    {
        rig.Dns.IsOld = true;
        rig.Dns.With(Host("trunk.example", "192.0.2.1"));
        Assert.Equal("UDP 192.0.2.1:5060", await rig.TargetsAsync("sip:trunk.example:5060"));
    }

    [Fact]
    public async Task AliasesInACircle_EndAsNoSuchHost()
    {
        rig.Dns.With(Alias("a.example", "b.example"), Alias("b.example", "a.example"), Alias("self.example", "self.example"));
        Assert.Equal("no such host: a.example", await rig.TargetsAsync("sip:a.example:5060"));
        Assert.Equal("no such host: self.example", await rig.TargetsAsync("sip:self.example:5060"));
        Assert.InRange(rig.Dns.Asked.Count, 4, 6);
    }

    [Fact]
    public async Task LongChainOfAliases_IsGivenUp()
    {
        rig.Dns.With([.. Enumerable.Range(0, 100).Select(i => Alias($"n{i}.example", $"n{i + 1}.example")), Host("n100.example", "192.0.2.1")]);
        Assert.Equal("UDP 192.0.2.1:5060", await rig.TargetsAsync("sip:n95.example:5060"));
        var before = rig.Dns.Asked.Count;
        Assert.Equal("no such host: n0.example", await rig.TargetsAsync("sip:n0.example:5060"));
        Assert.InRange(rig.Dns.Asked.Count - before, 2, 20);
    }

    [Fact]
    public async Task ThousandServers_CostSixteen()
    {
        rig.Dns.With([.. Enumerable.Range(0, 1_000).Select(i => Srv("_sip._udp.trunk.example", i / 10, i % 10, 5060, $"n{i}.trunk.example"))]);
        rig.Dns.With([.. Enumerable.Range(0, 1_000).Select(i => Host($"n{i}.trunk.example", $"10.0.{i / 250}.{(i % 250) + 1}"))]);
        var found = await rig.ResolveAsync("sip:trunk.example");
        Assert.Equal(16, found.List.Count);
        Assert.All(found.List.Take(10), t => Assert.InRange(t.Address.Address.GetAddressBytes()[3], 1, 10));
        Assert.InRange(rig.Dns.Asked.Count, 33, 45);
    }

    [Fact]
    public async Task ThousandAddresses_CostSixteen_AndWhatNoRequestCanGoToIsLeftOut()
    {
        rig.Dns.With([.. Enumerable.Range(0, 1_000).Select(i => Host("many.example", $"10.0.{i / 250}.{(i % 250) + 1}"))]);
        rig.Dns.With(Host("blocked.example", "0.0.0.0"), Host("blocked.example", "::"), Host("blocked.example", "224.0.1.75"));
        Assert.Equal(16, (await rig.ResolveAsync("sip:many.example")).List.Count);
        Assert.Equal("no such host: blocked.example", await rig.TargetsAsync("sip:blocked.example"));
    }

    [Fact]
    public async Task BrokenAnswers_AreFaultsOrTargets_NeverAnException()
    {
        rig.Dns.With(
            Naptr("trunk.example", 1, 1, "s", "SIP+D2T", "_sip._tcp.xn--e1afmkfd.example"),
            Srv("_sip._tcp.xn--e1afmkfd.example", 0, 0, 5060, "pbx.example"),
            Alias("pbx.example", "xn--e1afmkfd.example"),
            Host("xn--e1afmkfd.example", "192.0.2.1"));
        rig.Options = rig.Options with { Limit = TimeSpan.FromSeconds(0.2) };
        var random = new Random(1);
        rig.Dns.Mangle = bytes =>
        {
            for (var change = random.Next(4); change > 0; change--)
            {
                // not the number: the library looks at that first
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(256);
            }
        };
        for (var i = 0; i < 60; i++)
        {
            await rig.ResolveAsync("sip:trunk.example");
        }
    }

    [Fact]
    public async Task AnswerToAnotherQuestion_IsNone()
    {
        rig.Dns.With(Host("trunk.example", "192.0.2.1"));
        rig.Dns.Mangle = bytes => bytes[14] ^= 1;
        Assert.Equal("the name servers have no answer about trunk.example", await rig.TargetsAsync("sip:trunk.example:5060"));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 5)]
    [InlineData(77, 77)]
    [InlineData(86_400, 600)]
    [InlineData(0x8000_0001, 5)]
    public async Task TimeToLive_IsTheSmallestSeen_WithinBounds(uint seconds, int expected)
    {
        rig.Dns.With(
            Host("trunk.example", "192.0.2.1", seconds),
            Srv("_sip._udp.srv.example", 0, 0, 5060, "pbx.example", seconds),
            Alias("pbx.example", "host.example", 90_000),
            Host("host.example", "192.0.2.1", 100_000));
        Assert.Equal(TimeSpan.FromSeconds(expected), (await rig.ResolveAsync("sip:trunk.example:5060")).GoodFor);
        Assert.Equal(TimeSpan.FromSeconds(expected), (await rig.ResolveAsync("sip:srv.example")).GoodFor);
    }

    [Fact]
    public async Task NameThatOnlyTheSystemKnows_IsFound_WithOrWithoutNameServers()
    {
        rig.System("pbx", "::1", "10.0.0.9");
        Assert.Equal("UDP 10.0.0.9:5060, UDP [::1]:5060", await rig.TargetsAsync("sip:pbx"));
        Assert.Equal(TimeSpan.FromMinutes(1), (await rig.ResolveAsync("sip:pbx")).GoodFor);
        Assert.Equal("TLS 10.0.0.9:5080, TLS [::1]:5080", await rig.TargetsAsync("sips:PBX:5080"));
        rig.Options = rig.Options with { NameServers = [] };
        Assert.Equal("TCP 10.0.0.9:5060, TCP [::1]:5060", await rig.TargetsAsync("sip:pbx;transport=tcp"));
        Assert.Equal("no such host: other (no name servers are known)", await rig.TargetsAsync("sip:other"));
        Assert.Equal("UDP 192.0.2.1:5060", await rig.TargetsAsync("sip:192.0.2.1"));
    }

    [Fact]
    public async Task NameThatOnlyTheSystemKnows_IsFound_WhenTheNameServersAreDead()
    {
        rig.System("pbx", "10.0.0.9");
        rig.Dns.IsSilent = true;
        rig.Options = rig.Options with { Limit = TimeSpan.FromSeconds(2) };
        Assert.Equal("UDP 10.0.0.9:5060", await rig.TargetsAsync("sip:pbx"));
    }

    [Fact]
    public async Task Localhost_IsTheSystems_AndNeverAsked()
    {
        rig.Options = rig.Options with { SystemLookup = null };
        var found = await rig.ResolveAsync("sip:1@localhost:5070");
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 5070), found.List[0].Address);
        Assert.Empty(rig.Dns.Asked);
    }

    [Fact]
    public async Task DefaultOptions_TakeAddressesAndLocalhost_WhateverTheSystemsServersAre()
    {
        var resolver = new SipResolver();
        foreach (var text in (string[])["sip:127.0.0.1", "sip:localhost"])
        {
            Assert.True(SipUri.TryParse(text, out var uri));
            Assert.Equal(IPAddress.Loopback, (await resolver.ResolveAsync(uri, null, CancellationToken.None)).List[0].Address.Address);
        }
    }
}
