using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>Settings of a SIP trunk (P39): what goes into headers means nothing there, and each fault names its field.</summary>
public class SipSettingsRulesTests
{
    private static readonly SipSettings Good = new() { Host = "sip.example.com", Username = "u", Password = new Secret("p") };

    public static TheoryData<string, SipSettings> Bad => new()
    {
        { "sip.host", Good with { Host = "" } },
        { "sip.host", Good with { Host = "a b" } },
        { "sip.host", Good with { Host = "host\r\nVia: x" } },
        { "sip.port", Good with { Port = 65_536 } },
        { "sip.username", Good with { Username = "a\r\nb" } },
        { "sip.password", Good with { Username = null } },
        { "sip.password", Good with { Password = new Secret("a\nb") } },
        { "sip.register", Good with { Username = null, Password = null, Register = true } },
        { "sip.callerId", Good with { CallerId = "7 495" } },
        { "sip.callerId", Good with { CallerId = "7>;tag=x" } },
        { "sip.outboundProxy", Good with { OutboundProxy = "proxy:0" } },
        { "sip.assertedIdentity", Good with { AssertedIdentity = "sip:a@b>" } },
        { "sip.numberPrefix", Good with { NumberPrefix = "8;" } },
        { "sip.firstResponseSeconds", Good with { FirstResponseSeconds = 0 } },
        { "sip.sessionExpiresSeconds", Good with { SessionExpiresSeconds = 60 } },
        { "sip.keyFile", Good with { KeyFile = "k.pem" } },
        { "sip.outcomes", Good with { Outcomes = "603=fine" } },
        { "sip.destinationPrefixes", Good with { DestinationPrefixes = "seven" } },
    };

    [Theory, MemberData(nameof(Bad))]
    public void WhatCannotBe_IsRefusedByItsField(string field, SipSettings settings) =>
        Assert.Equal(field, Assert.Single(SipSettingsRules.Check(settings)).Field);

    [Fact]
    public void WhatCanBe_IsTaken() => Assert.Empty(SipSettingsRules.Check(Good with
    {
        Port = 5080,
        Transport = TrunkTransport.Tls,
        CallerId = "+74951112233",
        OutboundProxy = "[2001:db8::1]:5060",
        NumberPrefix = "+",
        AssertedIdentity = "sip:74951112233@example.com",
        Outcomes = "603=technical, 480=busy",
        DestinationPrefixes = "7,375",
        Register = true,
    }));

    [Fact]
    public void Password_IsNeverPrinted()
    {
        var channel = new ChannelSettings { Name = "trunk", Kind = ChannelKind.Sip, Sip = Good with { Password = new Secret("hunter2") } };
        Assert.DoesNotContain("hunter2", channel.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:bot@bot.example.com", true)]
    [InlineData("sips:bot.example.com:5061;transport=tls", true)]
    [InlineData("sip:bot@[2001:db8::1]", true)]
    [InlineData("https://bot.example.com", false)]
    [InlineData("sip:", false)]
    [InlineData("sip:a@b>\r\nVia: x", false)]
    public void BotUri_CanStandInARequest(string uri, bool isRight) => Assert.Equal(isRight, SipSettingsRules.IsBotUri(uri));

    [Fact]
    public void Overrides_NameClassesOfP40()
    {
        Assert.True(OutcomeOverrides.TryParse("603=technical, 480=BUSY, 403=nofunds", out var found, out _));
        Assert.Equal(
            [(403, new TrunkMeaning(CallClass.Technical, IsNoFunds: true)), (480, new TrunkMeaning(CallClass.Busy)), (603, new TrunkMeaning(CallClass.Technical))],
            found.Select(f => (f.Key, f.Value)).OrderBy(f => f.Key));
        Assert.False(OutcomeOverrides.TryParse("200=busy", out _, out var fault));
        Assert.Contains("200=busy", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip.example.com", "sip.example.com", 0)]
    [InlineData("192.0.2.1:5070", "192.0.2.1", 5070)]
    [InlineData("[2001:db8::1]:5060", "2001:db8::1", 5060)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 0)]
    public void Address_IsHostAndPort(string text, string host, int port)
    {
        Assert.True(TrunkAddress.TryParse(text, out var foundHost, out var foundPort));
        Assert.Equal((host, port), (foundHost, foundPort));
    }

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("host:")]
    [InlineData("host:70000")]
    [InlineData("[host]:5060")]
    [InlineData("[2001:db8::1]x")]
    [InlineData("a..b")]
    [InlineData("")]
    public void Address_ThatMeansNothing_IsRefused(string text) => Assert.False(TrunkAddress.TryParse(text, out _, out _));
}
