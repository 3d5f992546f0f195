using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>RFC 7616, RFC 8760.</summary>
public class DigestTests
{
    private const string Nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    private const string ClientNonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    private const string Opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";

    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Vectors_OfRfc7616_Section391(string algorithm, string response)
    {
        var challenge = DigestChallenge.Parse(
            $"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"{Nonce}\", opaque=\"{Opaque}\"", isProxy: false)!;
        var answer = new DigestCredentials("Mufasa", "Circle of Life").Answer(challenge, "GET", "/dir/index.html", 1, ClientNonce);
        Assert.Contains($"response=\"{response}\"", answer, StringComparison.Ordinal);
        Assert.Contains($"algorithm={algorithm}", answer, StringComparison.Ordinal);
        Assert.Contains($"opaque=\"{Opaque}\"", answer, StringComparison.Ordinal);
        Assert.EndsWith("qop=auth, nc=00000001, opaque=\"" + Opaque + "\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void OldServer_WithoutQop_IsAnsweredWithoutCount()
    {
        // RFC 2617 §3.5 without qop, as RFC 2069 computes it
        var challenge = DigestChallenge.Parse("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"", isProxy: true)!;
        var answer = new DigestCredentials("Mufasa", "CircleOfLife").Answer(challenge, "GET", "/dir/index.html", 1, "x");
        Assert.Contains("response=\"1949323746fe6a43ef61f9606e7febea\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("nc=", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("algorithm", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void StrongestOfSeveral_IsTaken_ForEachRealm()
    {
        var response = LegRig.Parse(
            "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
            + "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", algorithm=MD5\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"2\", algorithm=SHA-256\r\n"
            + "Proxy-Authenticate: Digest realm=\"p\", nonce=\"3\"\r\nWWW-Authenticate: Basic realm=\"r\"\r\n\r\n");
        Assert.Equal([("r", "2", false), ("p", "3", true)], DigestChallenge.Of(response).Select(c => (c.Realm, c.Nonce, c.IsProxy)));
    }

    [Theory]
    [InlineData("Digest realm=\"r\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=TOKEN")]
    [InlineData("Negotiate")]
    public void WhatCannotBeAnswered_IsNoChallenge(string text) => Assert.Null(DigestChallenge.Parse(text, isProxy: false));
}
