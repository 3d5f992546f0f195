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

    /// <summary>UPDATE that is refused is no reason to let the session run out: INVITE keeps it alive too, and what fails is tried again.</summary>
    [Theory]
    [InlineData(488, "INVITE")]
    [InlineData(403, "INVITE")]
    [InlineData(501, "INVITE")]
    [InlineData(491, "UPDATE")]
    [InlineData(500, "UPDATE")]
    public void RefusedRefresh_IsTriedAgain_ByInviteIfUpdateIsNotTaken_Rfc4028(int status, string then)
    {
        const string timer = "Session-Expires: 200;refresher=uac\r\nAllow: INVITE, UPDATE\r\n";
        var rig = new LegRig().Start().Answer(extra: timer).After(100.1);
        rig.Respond(status, to: rig.Sent.Last(m => m.Method == "UPDATE")).After(4);
        var again = rig.Sent[^1];
        Assert.Equal((then, 3), (again.Method, again.CSeq.Number));
        rig.Respond(500, to: again).After(10);
        again = rig.Sent[^1];
        Assert.Equal((then, 4), (again.Method, again.CSeq.Number));

        // it went well at last: the session holds on, and UPDATE is not believed in again
        rig.Respond(200, extra: $"{timer}Contact: <sip:callee@192.0.2.77:5099>\r\n", to: again).After(99);
        Assert.Equal(0, rig.Count("BYE"));
        Assert.Equal(then, rig.After(2).Sent[^1].Method);
    }

    [Fact]
    public void RefreshThatIsSkippedForAnotherOffer_IsMadeUpFor_Rfc4028()
    {
        var rig = new LegRig().Start().Answer(extra: "Session-Expires: 200;refresher=uac\r\n").After(95);
        Assert.True(rig.Leg.Offer("v=0\r\ns=moved\r\n", (_, _) => { }));
        rig.Respond(100, null).After(10).Respond(488).After(30);
        Assert.Equal((3, "v=0\r\n"), (rig.Invite.CSeq.Number, Text(rig.Invite)));
    }

    /// <summary>A bot without session timers is asked whether it is there, or its callee would listen to nothing (P41).</summary>
    [Theory]
    [InlineData(200, true)]
    [InlineData(405, true)]
    [InlineData(481, false)]
    [InlineData(0, false)]
    public void FarSideWithoutATimer_IsAskedWhetherItIsThere_IfThatIsWanted_P41(int status, bool stays)
    {
        var rig = new LegRig(s => s with { SessionExpires = 180, ChecksFarSide = true }).Start().Answer().After(90.1);
        var asked = rig.Sent[^1];
        Assert.Equal("OPTIONS", asked.Method);
        rig = status == 0 ? rig.After(33) : rig.Respond(status, to: asked).After(90.1);
        Assert.Equal(stays, rig.Leg.IsUp);
        Assert.Equal(stays ? 2 : status == 0 ? 11 : 1, rig.Count("OPTIONS"));
        Assert.Equal(0, new LegRig().Start().Answer().After(500).Count("OPTIONS"));
    }

    /// <summary>RFC 3261 §14.2: 491 is for what is in progress. Who waits after a 491 has nothing in progress.</summary>
    [Fact]
    public void FarSidesOffer_WhileOursWaitsAfterA491_IsTaken_AndOursComesAfterIt()
    {
        var rig = new LegRig().Start().Answer();
        var told = new List<int>();
        Assert.True(rig.Leg.Offer("v=0\r\ns=moved\r\n", (status, _) => told.Add(status)));
        rig.Request("INVITE", 1).Respond(491);
        Assert.Equal(491, rig.Replies[^1].Status);
        rig.Request("INVITE", 2);
        Assert.Equal(200, rig.Replies[^1].Status);

        // its ACK is late: ours waits for that too
        rig.After(5).Request("ACK", 2);
        Assert.Equal(2, rig.Invite.CSeq.Number);
        rig.After(0.3);
        Assert.Equal((3, "v=0\r\ns=moved\r\n"), (rig.Invite.CSeq.Number, Text(rig.Invite)));
        Assert.Empty(told);
    }

    [Fact]
    public void FarSidesOffer_WhileOursWaitsAfterA491_EndsOneThatYields()
    {
        var rig = new LegRig().Start().Answer();
        var told = new List<int>();
        Assert.True(rig.Leg.Offer("v=0\r\ns=moved\r\n", (status, _) => told.Add(status), yields: true));
        rig.Respond(491).Request("INVITE", 2).Request("ACK", 2).After(10);
        Assert.Equal((200, 2), (rig.Replies[^1].Status, rig.Invite.CSeq.Number));
        Assert.Equal([491], told);
    }

    [Fact]
    public void UpdateWithoutAnOffer_IsTakenAtAnyTime_Rfc3311()
    {
        var rig = new LegRig { OnOffered = _ => true }.Start().Answer();
        Assert.True(rig.Leg.Offer("v=0\r\n", (_, _) => { }));
        rig.Request("UPDATE", 1).Request("UPDATE", 2, body: "v=0\r\n");
        Assert.Equal([200, 491], rig.Replies.Select(r => r.Status));
        rig.Respond(488).Request("INVITE", 3, body: "v=0\r\n").Request("UPDATE", 4);
        Assert.Equal(200, rig.Replies[^1].Status);
        Assert.True(rig.Leg.AnswerOffer(200, "v=0\r\n"));
        Assert.Equal(("INVITE", 200), (rig.Replies[^1].CSeq.Method, rig.Replies[^1].Status));
    }

    /// <summary>RFC 3261 §9.2, §15.1.2: whatever ends a request of the far side's, it gets its final response.</summary>
    [Theory]
    [InlineData("CANCEL")]
    [InlineData("BYE")]
    [InlineData(null)]
    public void OfferThatIsTakenBackOrOvertakenByTheEnd_Gets487(string? by)
    {
        var rig = new LegRig { OnOffered = _ => true }.Start().Answer().Request("INVITE", 3, body: "v=0\r\n");
        if (by is null)
        {
            rig.Leg.HangUp();
        }
        else
        {
            rig.Request(by, by == "CANCEL" ? 3 : 4);
        }

        Assert.Equal(1, rig.Replies.Count(r => r.Status == 487 && r.CSeq is { Method: "INVITE", Number: 3 }));
        Assert.Equal(by == "CANCEL" ? ["withdrawn"] : (string[])[], rig.Told);
        Assert.False(rig.Leg.AnswerOffer(200, "v=0\r\n"));
    }

    [Fact]
    public void AckThatLacksTheAnswer_LeavesTheSessionAsItWas_AndIsTold()
    {
        var rig = new LegRig { OnOffered = _ => true }.Start().Answer(body: "theirs").Request("INVITE", 3);
        Assert.True(rig.Leg.AnswerOffer(200, "ours"));
        rig.Request("ACK", 3);
        Assert.Equal(["confirmed theirs"], rig.Told);
    }

    /// <summary>RFC 3261 §9.1: CANCEL of a re-INVITE waits for its first response; the call goes on whatever comes of it.</summary>
    [Theory]
    [InlineData(true, 487)]
    [InlineData(false, 487)]
    [InlineData(false, 200)]
    public void WithdrawnOffer_IsCancelled_WhenItWasHeard_AndTheCallGoesOn(bool isHeard, int status)
    {
        var rig = new LegRig().Start().Answer();
        var told = new List<int>();
        Assert.True(rig.Leg.Offer("v=0\r\n", (s, _) => told.Add(s)));
        rig = isHeard ? rig.Respond(100, null) : rig;
        rig.Leg.Withdraw();
        Assert.Equal(isHeard ? 1 : 0, rig.Count("CANCEL"));
        rig.Respond(180).Respond(180);
        var cancel = Assert.Single(rig.Sent, m => m.Method == "CANCEL");
        Assert.Equal((rig.Invite.TopVia!.Branch, rig.Invite.RequestUri, rig.Invite.To!.Tag, 2), (cancel.TopVia!.Branch, cancel.RequestUri, cancel.To!.Tag, cancel.CSeq.Number));
        rig.Respond(200, to: cancel).Respond(status);
        Assert.Equal("ACK", rig.Sent[^1].Method);
        Assert.Equal([status], told);
        Assert.True(rig.Leg.IsUp);
    }

    /// <summary>A 2xx is acknowledged whatever became of the call meanwhile: else it comes again for half a minute.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnswerToAnOffer_IsAcknowledged_ThoughTheFarSideHasHungUp(bool byeIsFirst)
    {
        var rig = new LegRig().Start().Answer();
        Assert.True(rig.Leg.Offer(null, (_, _) => { }));
        var invite = rig.Invite;
        rig = byeIsFirst ? rig.Request("BYE", 1).Respond(200, to: invite, body: "theirs") : rig.Respond(200, to: invite, body: "theirs").Request("BYE", 1);
        var ack = rig.Sent[^1];
        Assert.Equal(("ACK", 2, "v=0\r\ns=answer\r\n"), (ack.Method, ack.CSeq.Number, Text(ack)));
    }

    private static string Text(SipMessage message) => Encoding.UTF8.GetString(message.Body.Span);
}
