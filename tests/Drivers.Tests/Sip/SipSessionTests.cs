using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Sessions within a call: who offers, who answers, who takes back, who has gone (RFC 3261 §14, RFC 3262, RFC 3311, RFC 4028).</summary>
public class SipSessionTests
{
    private const string Reliable = "Require: 100rel\r\nRSeq: 7\r\nContact: <sip:early@192.0.2.77>\r\n";

    /// <summary>RFC 6337 §3.1: what a reliable provisional response answered the 2xx need not say again; that of another phone is not its own.</summary>
    [Theory]
    [InlineData("far", Reliable, "early")]
    [InlineData("other", Reliable, "")]
    [InlineData("far", "", "")]
    public void SessionOfAReliableRinging_HoldsForAnAnswerWithoutOne_Rfc3262(string answers, string reliable, string session)
    {
        var rig = new LegRig().Start().Respond(183, extra: reliable, body: "early").Answer(answers);
        Assert.Equal(session, Encoding.UTF8.GetString(rig.Leg.RemoteSession.Span));
    }

    /// <summary>RFC 5407 §3.2: the refusal of a session offered to one who has hung up may overtake his BYE.</summary>
    [Theory]
    [InlineData(481, true)]
    [InlineData(487, true)]
    [InlineData(408, false)]
    public void SessionOfferedToOneWhoHasLeft_IsHisLeaving_Rfc5407(int status, bool saysBye)
    {
        var rig = new LegRig().Start().Answer();
        var told = new List<(int, bool)>();
        Assert.True(rig.Leg.Offer("v=0\r\n", (s, _) => told.Add((s, rig.Leg.IsUp))));
        rig.Respond(status);
        Assert.Equal([(status, false)], told);
        Assert.Equal(["ACK", "BYE"], rig.Sent.TakeLast(2).Select(m => m.Method));
        if (saysBye)
        {
            rig.Request("BYE", 1);
        }
        else
        {
            rig.Respond(481, to: rig.Sent[^1]);
        }

        Assert.Equal(saysBye ? LegEnd.RemoteBye : LegEnd.Lost, rig.End!.How);
    }

    [Fact]
    public void ReliableProvisionalResponse_GetsOnePrack_AndLaterRequestsCountOn_Rfc3262()
    {
        const string reliable = "Require: 100rel\r\nRSeq: 101\r\nContact: <sip:early@192.0.2.77>\r\n";
        var rig = new LegRig().Start().Respond(183, extra: reliable).Respond(183, extra: reliable);
        var prack = Assert.Single(rig.Sent, m => m.Method == "PRACK");
        Assert.Equal(("101 1 INVITE", 2, "far", "sip:early@192.0.2.77"), (prack.First(SipHeader.RAck), prack.CSeq.Number, prack.To!.Tag, prack.RequestUri));
        rig.Respond(200, to: prack).Answer();
        Assert.Equal(1, rig.Sent[^1].CSeq.Number);
        rig.Leg.HangUp();
        Assert.Equal(("BYE", 3), (rig.Sent[^1].Method, rig.Sent[^1].CSeq.Number));
    }

    [Fact]
    public void SessionOfferedAnew_IsAnsweredUntilItsAck_AndItsContactIsFollowed()
    {
        var rig = new LegRig().Start().Answer();
        rig.Request("INVITE", 5, extra: "Contact: <sip:moved@192.0.2.78>\r\nSession-Expires: 90;refresher=uac\r\n");
        Assert.Equal((200, "90;refresher=uac"), (rig.Replies[^1].Status, rig.Replies[^1].First(SipHeader.SessionExpires)));
        Assert.False(rig.Replies[^1].Body.IsEmpty);
        rig.After(1.6);
        Assert.Equal(3, rig.Replies.Count);
        rig.Request("ACK", 5).After(10);
        Assert.Equal(3, rig.Replies.Count);
        rig.Leg.HangUp();
        Assert.Equal(("BYE", "sip:moved@192.0.2.78"), (rig.Sent[^1].Method, rig.Sent[^1].RequestUri));
    }

    [Fact]
    public void SessionAnswerThatNobodyAcknowledges_HangsUp()
    {
        var rig = new LegRig().Start().Answer().Request("INVITE", 5).After(33);
        Assert.Equal("BYE", rig.Sent[^1].Method);
    }

    [Fact]
    public void TooShortSession_IsAskedForLonger_Rfc4028()
    {
        var rig = new LegRig().Start().Respond(422, extra: "Min-SE: 3600\r\n");
        Assert.Equal((2, "3600", "3600"), (rig.Invite.CSeq.Number, rig.Invite.First(SipHeader.SessionExpires), rig.Invite.First(SipHeader.MinSe)));
        Assert.Equal(LegEnd.Refused, rig.Respond(422, extra: "Min-SE: 3600\r\n").End!.How);
    }

    [Theory]
    [InlineData("Allow: INVITE, UPDATE\r\n", "UPDATE")]
    [InlineData("", "INVITE")]
    public void SessionIsRefreshedAtHalfItsTime_ByUs_AndEndsWithoutAnAnswer_Rfc4028(string allow, string method)
    {
        var rig = new LegRig().Start().Answer(extra: $"Session-Expires: 100;refresher=uac\r\n{allow}").After(49);
        Assert.Equal("ACK", rig.Sent[^1].Method);
        rig.After(2);
        var refresh = rig.Sent.Last(m => m.Method == method);
        Assert.Equal((2, "far"), (refresh.CSeq.Number, refresh.To!.Tag));
        rig.Respond(200, extra: $"Session-Expires: 100;refresher=uac\r\n{allow}Contact: <sip:callee@192.0.2.77:5099>\r\n", to: refresh).After(40);
        Assert.Equal(0, rig.Count("BYE"));

        // the next one is left unanswered: nobody is there any more
        rig.After(60);
        Assert.Single(rig.Sent.Where(m => m.Method == "BYE").Select(m => m.CSeq.Number).Distinct());
    }

    [Fact]
    public void SessionThatTheFarSideShouldRefreshAndDoesNot_Ends_Rfc4028()
    {
        var rig = new LegRig().Start().Answer(extra: "Session-Expires: 90;refresher=uas\r\n").After(59);
        Assert.Equal(0, rig.Count("BYE"));
        Assert.Single(rig.After(2).Sent.Where(m => m.Method == "BYE").Select(m => m.CSeq.Number).Distinct());
    }

    [Fact]
    public void SessionOfferedAnew_AsksForNoReliableRinging_Rfc3262()
    {
        var rig = new LegRig().Start().Answer();
        Assert.True(rig.Leg.Offer("v=0\r\n", (_, _) => { }));
        Assert.Equal(("100rel, timer", "timer"), (rig.Sent[0].First(SipHeader.Supported), rig.Invite.First(SipHeader.Supported)));
    }
}
