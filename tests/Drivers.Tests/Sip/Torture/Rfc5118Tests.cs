using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Torture;

/// <summary>IPv6 wherever an address may stand: the twelve messages of RFC 5118, and what may not stand in brackets.</summary>
public class Rfc5118Tests
{
    [Theory]
    [InlineData("ipv6-good", "2001:db8::10", 0)] // §4.1
    [InlineData("port-ambiguous", "2001:db8::10:5070", 0)] // §4.3: the port was meant, the address is what it says
    [InlineData("port-unambiguous", "2001:db8::10", 5070)] // §4.4
    [InlineData("via-received-param-with-delim", "2001:db8::10", 0)] // §4.5
    [InlineData("via-received-param-no-delim", "2001:db8::10", 0)] // §4.5
    [InlineData("ipv6-in-sdp", "2001:db8::10", 0)] // §4.6
    [InlineData("mult-ip-in-header", "host.example.net", 0)] // §4.7
    [InlineData("mult-ip-in-sdp", "2001:db8::10", 0)] // §4.8
    [InlineData("ipv4-mapped-ipv6", "example.com", 0)] // §4.9
    [InlineData("ipv6-bug-abnf-3-colons", "2001:db8::192.0.2.1", 0)] // §4.10
    [InlineData("ipv6-correct-abnf-2-colons", "2001:db8::192.0.2.1", 0)] // §4.10
    public void IsTaken_AndTheRequestUriNamesTheHost(string name, string host, int port)
    {
        var message = TortureCorpus.Parse(name);
        Assert.Null(SipFault.Of(message));
        Assert.True(SipUri.TryParse(message.RequestUri, out var uri));
        Assert.Equal((host, port), (uri.Host, uri.Port));
        Assert.Equal(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host, uri.HostText);
    }

    [Fact]
    public void S42_Ipv6Bad_AnAddressWithoutBrackets_IsABadRequest() =>
        Assert.Equal(new SipFault(400, "Bad Request-URI"), SipFault.Of(TortureCorpus.Parse("ipv6-bad")));

    [Fact]
    public void EachOfThe12Messages_IsHere() => Assert.Equal(12, TortureCorpus.Rfc5118.Select(m => m.Name).Distinct().Count());

    [Theory]
    [InlineData("via-received-param-with-delim")]
    [InlineData("via-received-param-no-delim")]
    public void S45_Received_WithAndWithoutBrackets_IsTheSameAddress(string name)
    {
        var via = TortureCorpus.Parse(name).TopVia!;
        Assert.Equal(("2001:db8::9:1", 0, "2001:db8::9:255"), (via.Host, via.Port, via.Received));
        Assert.StartsWith("z9hG4bKas3", via.Branch, StringComparison.Ordinal);
    }

    [Fact]
    public void S41_And_S46_ContactAndSession()
    {
        Assert.True(SipUri.TryParse(SipNameAddr.Parse(TortureCorpus.Parse("ipv6-good").First(SipHeader.Contact))!.Uri, out var contact));
        Assert.Equal(("caller", "2001:db8::1", "sip:caller@[2001:db8::1]"), (contact.User, contact.Host, contact.ToString()));
        var message = TortureCorpus.Parse("ipv6-in-sdp");
        Assert.Contains("c=IN IP6 2001:db8::20\r\n", Encoding.ASCII.GetString(message.Body.Span), StringComparison.Ordinal);
        Assert.Equal("sip:user@[2001:db8::10]", message.To!.Uri);
    }

    [Fact]
    public void S47_ViasOfBothKinds()
    {
        var vias = TortureCorpus.Parse("mult-ip-in-header").Elements(SipHeader.Via).Select(v => SipVia.Parse(v)!);
        Assert.Equal([("2001:db8::9:1", 6050, null), ("192.0.2.1", 0, null), ("2001:db8::9:255", 0, "192.0.2.200")], vias.Select(v => (v.Host, v.Port, v.Received)));
    }

    [Fact]
    public void S49_AddressesOfIPv4InIPv6()
    {
        var message = TortureCorpus.Parse("ipv4-mapped-ipv6");
        Assert.Equal(("::ffff:192.0.2.10", 19823), (message.TopVia!.Host, message.TopVia.Port));
        var contact = SipNameAddr.Parse(message.First(SipHeader.Contact))!;
        Assert.Equal(("T. desk phone", "sip:ted@[::ffff:192.0.2.2]"), (contact.DisplayName, contact.Uri));
    }

    [Theory]
    [InlineData("sip:[192.0.2.1]")]
    [InlineData("sip:[::1%25eth0]")]
    [InlineData("sip:[fe80::1%eth0]")]
    [InlineData("sip:[1]")]
    [InlineData("sip:[]")]
    [InlineData("sip:[::1]5060")]
    [InlineData("sip:[::1")]
    [InlineData("sip:a@[2001:db8:::1]")]
    [InlineData("sip:a@[:::2001:db8::192.0.2.1]")]
    [InlineData("sip:a@[2001:db8:::192.0.2.256]")]
    [InlineData("sip:a@h[::1]")]
    public void WhatIsNoAddressOfIPv6_DoesNotStandInBrackets(string uri) => Assert.False(SipUri.TryParse(uri, out _));
}
