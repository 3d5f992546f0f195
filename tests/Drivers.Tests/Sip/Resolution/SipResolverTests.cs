using Dialer.Silo.Telephony.Sip;
using static Dialer.Tests.Sip.DnsRecord;

namespace Dialer.Tests.Sip;

/// <summary>RFC 3263 §4.1 and §4.2: which records decide.</summary>
public sealed class SipResolverTests : IDisposable
{
    private readonly ResolverRig rig = new();

    public void Dispose() => rig.Dispose();

    [Theory]
    [InlineData("sip:1@192.0.2.7", null, "UDP 192.0.2.7:5060")]
    [InlineData("sip:1@192.0.2.7:5080;transport=tcp", null, "TCP 192.0.2.7:5080")]
    [InlineData("sip:1@192.0.2.7;transport=TLS", null, "TLS 192.0.2.7:5061")]
    [InlineData("sip:1@192.0.2.7;transport=tcp", SipTransport.Udp, "UDP 192.0.2.7:5060")]
    [InlineData("sips:1@192.0.2.7", null, "TLS 192.0.2.7:5061")]
    [InlineData("sips:1@192.0.2.7;transport=tcp", null, "TLS 192.0.2.7:5061")]
    [InlineData("sip:1@[2001:db8::1]", null, "UDP [2001:db8::1]:5060")]
    [InlineData("sip:1@[2001:db8::1]:5090", SipTransport.Tls, "TLS [2001:db8::1]:5090")]
    [InlineData("sip:1@192.0.2.7;maddr=192.0.2.99", null, "UDP 192.0.2.7:5060")]
    public async Task Address_IsItself_ForADay(string uri, SipTransport? transport, string expected)
    {
        Assert.Equal(expected, await rig.TargetsAsync(uri, transport));
        Assert.Equal(TimeSpan.FromDays(1), (await rig.ResolveAsync(uri, transport)).GoodFor);
        Assert.Empty(rig.Dns.Asked);
    }

    [Theory]
    [InlineData("tel:+79160000000", "a tel URI names no host")]
    [InlineData("sip:1@trunk.example;transport=sctp", "no such transport here: sctp")]
    [InlineData("sips:1@trunk.example;transport=udp", "a sips URI needs TLS, not UDP")]
    [InlineData("sip:1@010.0.0.1", "not a host name: 010.0.0.1")]
    [InlineData("sip:1@1", "not a host name: 1")]
    [InlineData("sip:1@a..example", "not a host name: a..example")]
    [InlineData("sip:1@*.example", "not a host name: *.example")]
    [InlineData("sip:1@.", "not a host name: .")]
    [InlineData("sip:1@a234567890123456789012345678901234567890123456789012345678901234.example", "not a host name: a")]
    public async Task WhatNamesNoServer_IsRefusedUnasked(string uri, string fault)
    {
        Assert.StartsWith(fault, await rig.TargetsAsync(uri));
        Assert.Empty(rig.Dns.Asked);
    }

    [Theory]
    [InlineData("sip:1@trunk.example:5080", null, "UDP 192.0.2.1:5080, UDP [2001:db8::1]:5080")]
    [InlineData("sip:1@trunk.example:5080;transport=tcp", null, "TCP 192.0.2.1:5080, TCP [2001:db8::1]:5080")]
    [InlineData("sip:1@TRUNK.example.:5080;transport=tcp", SipTransport.Tls, "TLS 192.0.2.1:5080, TLS [2001:db8::1]:5080")]
    [InlineData("sips:1@trunk.example:5080", null, "TLS 192.0.2.1:5080, TLS [2001:db8::1]:5080")]
    public async Task Port_MeansTheHostItself_Ipv4First(string uri, SipTransport? transport, string expected)
    {
        rig.Dns.With(Host("trunk.example", "2001:db8::1"), Host("trunk.example", "192.0.2.1"), Srv("_sip._udp.trunk.example", 0, 0, 5099, "other.example"));
        Assert.Equal(expected, await rig.TargetsAsync(uri, transport));
        Assert.Equal(["A trunk.example", "AAAA trunk.example"], rig.Dns.Asked.Order());
    }

    [Theory]
    [InlineData("sip:trunk.example", SipTransport.Udp, "UDP 192.0.2.1:5081")]
    [InlineData("sip:trunk.example", SipTransport.Tcp, "TCP 192.0.2.1:5082")]
    [InlineData("sip:trunk.example", SipTransport.Tls, "TLS 192.0.2.1:5083")]
    [InlineData("sip:trunk.example;transport=tcp", null, "TCP 192.0.2.1:5082")]
    [InlineData("sips:trunk.example;transport=tcp", null, "TLS 192.0.2.1:5083")]
    public async Task Transport_ChoosesTheService_WhateverNaptrPrefers(string uri, SipTransport? transport, string expected)
    {
        rig.Dns.With(
            Naptr("trunk.example", 1, 1, "s", "SIP+D2U", "_sip._udp.other.example"),
            Srv("_sip._udp.trunk.example", 0, 0, 5081, "pbx.example"),
            Srv("_sip._tcp.trunk.example", 0, 0, 5082, "pbx.example"),
            Srv("_sips._tcp.trunk.example", 0, 0, 5083, "pbx.example"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal(expected, await rig.TargetsAsync(uri, transport));
    }

    [Theory]
    [InlineData(SipTransport.Udp, "UDP 192.0.2.1:5060")]
    [InlineData(SipTransport.Tcp, "TCP 192.0.2.1:5060")]
    [InlineData(SipTransport.Tls, "TLS 192.0.2.1:5061")]
    [InlineData(null, "UDP 192.0.2.1:5060")]
    public async Task NoServices_MeansTheHostOnItsDefaultPort(SipTransport? transport, string expected)
    {
        rig.Dns.With(Host("trunk.example", "192.0.2.1"));
        Assert.Equal(expected, await rig.TargetsAsync("sip:trunk.example", transport));
        Assert.Equal("TLS 192.0.2.1:5061", await rig.TargetsAsync("sips:trunk.example"));
    }

    [Fact]
    public async Task Naptr_ChoosesByOrderThenPreference()
    {
        rig.Dns.With(
            Naptr("trunk.example", 20, 1, "s", "SIP+D2U", "_sip._udp.trunk.example"),
            Naptr("trunk.example", 10, 9, "s", "SIP+D2T", "_sip._tcp.trunk.example"),
            Naptr("trunk.example", 10, 5, "s", "sips+d2t", "_sips._tcp.secure.example"),
            Naptr("trunk.example", 1, 1, "s", "SIPS+D2W", "_sips._ws.trunk.example"),
            Naptr("trunk.example", 1, 2, "u", "E2U+sip", "", "!^.*$!sip:a@b!"),
            Srv("_sip._udp.trunk.example", 0, 0, 5081, "pbx.example"),
            Srv("_sip._tcp.trunk.example", 0, 0, 5082, "pbx.example"),
            Srv("_sips._tcp.secure.example", 0, 0, 5083, "pbx.example"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("TLS 192.0.2.1:5083", await rig.TargetsAsync("sip:trunk.example"));
    }

    [Fact]
    public async Task Naptr_WhoseServiceIsEmpty_GivesWayToTheNext_ButNotWhenItIsOnlyOutOfReach()
    {
        rig.Dns.With(
            Naptr("trunk.example", 1, 1, "s", "SIPS+D2T", "_sips._tcp.trunk.example"),
            Naptr("trunk.example", 2, 1, "a", "SIP+D2T", "pbx.example"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("TCP 192.0.2.1:5060", await rig.TargetsAsync("sip:trunk.example"));
        rig.Dns.Failing("SRV _sips._tcp.trunk.example", DnsServer.ServerFailure);
        Assert.Equal("the name servers have no answer about trunk.example", await rig.TargetsAsync("sip:trunk.example"));
    }

    [Fact]
    public async Task Sips_TakesTheSecureServiceOnly()
    {
        rig.Dns.With(
            Naptr("trunk.example", 1, 1, "s", "SIP+D2U", "_sip._udp.trunk.example"),
            Naptr("trunk.example", 9, 9, "s", "SIPS+D2T", "_sips._tcp.trunk.example"),
            Srv("_sip._udp.trunk.example", 0, 0, 5081, "pbx.example"),
            Srv("_sips._tcp.trunk.example", 0, 0, 5083, "pbx.example"),
            Naptr("clear.example", 1, 1, "s", "SIP+D2U", "_sip._udp.trunk.example"),
            Srv("_sips._tcp.clear.example", 0, 0, 5084, "pbx.example"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("TLS 192.0.2.1:5083", await rig.TargetsAsync("sips:trunk.example"));
        Assert.Equal("TLS 192.0.2.1:5084", await rig.TargetsAsync("sips:clear.example"));
    }

    [Fact]
    public async Task WithoutNaptr_UdpIsLookedForBeforeTcp()
    {
        rig.Dns.With(
            Srv("_sip._udp.both.example", 0, 0, 5081, "pbx.example"),
            Srv("_sip._tcp.both.example", 0, 0, 5082, "pbx.example"),
            Srv("_sip._tcp.tcp.example", 0, 0, 5083, "pbx.example"),
            Host("tcp.example", "192.0.2.9"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("UDP 192.0.2.1:5081", await rig.TargetsAsync("sip:both.example"));
        Assert.Equal("TCP 192.0.2.1:5083", await rig.TargetsAsync("sip:tcp.example"));
    }

    [Fact]
    public async Task TargetDot_SaysThatTheServiceIsNotThere()
    {
        rig.Dns.With(
            Srv("_sip._udp.tcp.example", 0, 0, 0, "."),
            Srv("_sip._tcp.tcp.example", 0, 0, 5083, "pbx.example"),
            Srv("_sip._udp.none.example", 0, 0, 0, "."),
            Host("none.example", "192.0.2.9"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("TCP 192.0.2.1:5083", await rig.TargetsAsync("sip:tcp.example"));
        Assert.StartsWith("no SIP server to be reached at none.example", await rig.TargetsAsync("sip:none.example"));
        Assert.StartsWith("no SIP server to be reached at none.example", await rig.TargetsAsync("sip:none.example", SipTransport.Udp));
    }

    [Fact]
    public async Task Aliases_AreFollowed_AlsoToNamesThatTheAnswerLeavesOut()
    {
        rig.Dns.With(
            Alias("trunk.example", "www.example"),
            Alias("www.example", "pbx.example"),
            Host("pbx.example", "192.0.2.1"),
            Alias("_sip._udp.carrier.example", "_sip._udp.host.example"),
            Srv("_sip._udp.host.example", 0, 0, 5070, "www.example"));
        Assert.Equal("UDP 192.0.2.1:5060", await rig.TargetsAsync("sip:trunk.example"));
        Assert.Equal("UDP 192.0.2.1:5070", await rig.TargetsAsync("sip:carrier.example"));
    }

    [Fact]
    public async Task AdditionalAddresses_SaveTheQuestion()
    {
        rig.Dns.With(Srv("_sip._udp.trunk.example", 0, 0, 5070, "PBX.example"))
            .WithAdditional(Host("pbx.example", "2001:db8::5"), Host("pbx.example", "192.0.2.5"), Host("other.example", "192.0.2.6"));
        Assert.Equal("UDP 192.0.2.5:5070, UDP [2001:db8::5]:5070", await rig.TargetsAsync("sip:trunk.example"));
        Assert.DoesNotContain(rig.Dns.Asked, q => q.EndsWith(" pbx.example", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task OnlyIpv6_IsTaken_AndNamesInOtherScriptsAreAsked()
    {
        rig.Dns.With(Host("xn--e1afmkfd.example", "2001:db8::1"));
        Assert.Equal("UDP [2001:db8::1]:5060", await rig.TargetsAsync("sip:пример.example"));
        Assert.Equal("UDP [2001:db8::1]:5060", await rig.TargetsAsync("sip:xn--e1afmkfd.example"));
    }
}
