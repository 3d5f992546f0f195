using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Digest challenges to one outbound call's requests (RFC 3261 §22, RFC 7616): what is answered, to whom, how often.</summary>
public class SipChallengeTests
{
    [Fact]
    public void Challenge_IsAnsweredUnderTheSameCallId_OnceForEachNonce()
    {
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start();
        rig.Respond(407, extra: "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n");
        Assert.Equal(["INVITE", "ACK", "INVITE"], rig.Sent.Select(m => m.Method));
        var (first, second) = (rig.Sent[0], rig.Sent[2]);
        Assert.Equal((first.CallId, first.From!.Tag, 2), (second.CallId, second.From!.Tag, second.CSeq.Number));
        Assert.NotEqual(first.TopVia!.Branch, second.TopVia!.Branch);
        Assert.Contains("nc=00000001", second.First(SipHeader.ProxyAuthorization), StringComparison.Ordinal);

        rig.Respond(407, extra: "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n2\", stale=true, qop=\"auth\"\r\n");
        Assert.Equal(3, rig.Invite.CSeq.Number);
        rig.Respond(407, extra: "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n2\", qop=\"auth\"\r\n");
        Assert.Equal((LegEnd.Refused, 407), (rig.End!.How, rig.End.Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("WWW-Authenticate: Bearer realm=\"x\"\r\n")]
    [InlineData("WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=SHA-1024\r\n")]
    public void ChallengeThatCannotBeAnswered_IsAFailureAtOnce(string header)
    {
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start().Respond(401, extra: header);
        Assert.Equal((LegEnd.Refused, 401), (rig.End!.How, rig.End.Status));
    }

    /// <summary>RFC 3261 §13.2.2.4: whoever asked the INVITE for a proof sees it in the ACK too, for nobody can challenge that.</summary>
    [Fact]
    public void AckOfAnAnswer_CarriesTheProofOfItsInvite()
    {
        const string Challenge = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start().Respond(407, extra: Challenge);
        Assert.NotNull(rig.Invite.First(SipHeader.ProxyAuthorization));
        Assert.Equal(rig.Invite.First(SipHeader.ProxyAuthorization), rig.Answer().Sent[^1].First(SipHeader.ProxyAuthorization));

        // a phone somewhere else has no use for it but to guess at the password
        rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }) { Foreign = "192.0.2.77" }.Start().Respond(407, extra: Challenge);
        Assert.False(rig.Answer().Sent[^1].Has(SipHeader.ProxyAuthorization));
    }

    /// <summary>RFC 4028 §7.4: a longer session is asked for with the proofs that were wanted before.</summary>
    [Fact]
    public void LongerSession_IsAskedForWithTheProofOfTheInviteBefore()
    {
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start();
        rig.Respond(401, extra: "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n").Respond(422, extra: "Min-SE: 3600\r\n");
        Assert.Contains("nc=00000002", rig.Invite.First(SipHeader.Authorization), StringComparison.Ordinal);
    }

    [Fact]
    public void ChallengedPrack_IsSentOnceMoreWithItsProof_Rfc3262()
    {
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start();
        rig.Respond(183, extra: "Require: 100rel\r\nRSeq: 101\r\nContact: <sip:early@192.0.2.77>\r\n");
        var prack = rig.Sent[^1];
        rig.Respond(407, extra: "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n", to: prack);
        var again = rig.Sent[^1];
        Assert.Equal(("PRACK", prack.CSeq.Number + 1, "101 1 INVITE", true),
            (again.Method, again.CSeq.Number, again.First(SipHeader.RAck), again.Has(SipHeader.ProxyAuthorization)));
    }

    /// <summary>A Contact elsewhere gets no proof to guess at the password with, whatever realm it names but those that the INVITE's way asked in.</summary>
    [Theory]
    [InlineData("192.0.2.77", "evil", false)]
    [InlineData("192.0.2.77", "trunk", true)]
    [InlineData(null, "evil", true)]
    public void ChallengeWithinTheCall_IsAnsweredToTheTrunkOnly(string? foreign, string realm, bool isAnswered)
    {
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }) { Foreign = foreign }.Start();
        rig.Respond(401, extra: "WWW-Authenticate: Digest realm=\"trunk\", nonce=\"n\", qop=\"auth\"\r\n").Answer();
        rig.Leg.HangUp();
        var bye = rig.Sent[^1];
        rig.Respond(401, extra: $"WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"m\", qop=\"auth\"\r\n", to: bye);
        Assert.Equal(isAnswered, rig.Sent[^1].Has(SipHeader.Authorization));
        Assert.Equal(isAnswered, rig.End is null);
    }

    [Fact]
    public void EachRequestMayBeChallengedAnew_AlsoWithANonceThatStillHolds_Rfc7616()
    {
        const string Challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
        var rig = new LegRig(s => s with { Credentials = new DigestCredentials("user", "secret") }).Start().Respond(401, extra: Challenge);
        rig.Answer();
        rig.Leg.HangUp();
        var bye = rig.Sent[^1];
        rig.Respond(401, extra: Challenge, to: bye);
        var again = rig.Sent[^1];
        Assert.Equal(("BYE", bye.CSeq.Number + 1, true), (again.Method, again.CSeq.Number, again.Has(SipHeader.Authorization)));
        Assert.Null(rig.End);
        Assert.Equal(LegEnd.LocalBye, rig.Respond(200, to: again).End!.How);
    }
}
