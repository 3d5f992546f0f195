using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>One outbound call, message by message (RFC 3261 §9, §12–15, §17).</summary>
public class SipLegTests
{
    [Fact]
    public void AnsweredCall_IsAcknowledged_AndEndsWithTheFarSidesBye()
    {
        var rig = new LegRig().Start().Respond(100, null).Respond(180).Answer();
        var ack = rig.Sent[^1];
        Assert.Equal(("ACK", "sip:callee@192.0.2.77:5099", 1), (ack.Method, ack.RequestUri, ack.CSeq.Number));
        Assert.Equal("far", ack.To!.Tag);
        Assert.NotEqual(rig.Invite.TopVia!.Branch, ack.TopVia!.Branch);

        rig.Request("BYE", 7, extra: "Reason: Q.850;cause=16;text=\"Normal\"\r\n");
        Assert.Equal(200, rig.Replies[^1].Status);
        Assert.Equal([LegEventKind.Ringing, LegEventKind.Answered, LegEventKind.Ended], rig.Events.Select(e => e.Kind));
        Assert.Equal((LegEnd.RemoteBye, 16, "Normal"), (rig.End!.How, rig.End.Q850, rig.End.Text));

        // a repeated BYE gets the same answer and makes no event; later the leg may be forgotten
        rig.Request("BYE", 7);
        Assert.Equal((2, 3), (rig.Replies.Count, rig.Events.Count));
        Assert.True(rig.After(40).Leg.IsGone);
    }

    [Theory]
    [InlineData(486, 17)]
    [InlineData(404, 1)]
    [InlineData(503, 0)]
    public void Refusal_IsAcknowledgedInItsTransaction_EachTimeItComes(int status, int q850)
    {
        var rig = new LegRig().Start().Respond(180).Respond(status, extra: q850 == 0 ? "" : $"Reason: Q.850;cause={q850}\r\n");
        rig.Respond(status);
        Assert.Equal(2, rig.Count("ACK"));
        var ack = rig.Sent[^1];
        Assert.Equal((rig.Invite.TopVia!.Branch, rig.Invite.RequestUri, "far"), (ack.TopVia!.Branch, ack.RequestUri, ack.To!.Tag));
        Assert.Equal((LegEnd.Refused, status, q850, true), (rig.End!.How, rig.End.Status, rig.End.Q850, rig.End.HadRinging));
    }

    [Fact]
    public void Invite_IsSentAgainWithDoublingPauses_UntilAProvisionalResponse_TimerA()
    {
        var rig = new LegRig().Start().After(3.6);
        Assert.Equal(4, rig.Count("INVITE"));
        rig.Respond(100, null).After(20);
        Assert.Equal(4, rig.Count("INVITE"));
    }

    [Fact]
    public void SilentTrunk_IsGivenUpAtTheProvisionalLimit_AndALateAnswerIsHungUp()
    {
        var rig = new LegRig().Start().After(6.1);
        Assert.Equal(LegEnd.NoResponse, rig.End!.How);
        var sent = rig.Count("INVITE");
        rig.After(5);
        Assert.Equal(sent, rig.Count("INVITE"));

        rig.Answer();
        Assert.Equal(["ACK", "BYE"], rig.Sent.TakeLast(2).Select(m => m.Method));
        Assert.Single(rig.Events);
    }

    [Fact]
    public void SilentTrunk_ThatRingsLate_IsCancelled()
    {
        var rig = new LegRig().Start().After(6.1).Respond(180);
        Assert.Equal("CANCEL", rig.Sent[^1].Method);
        rig.Respond(487);
        Assert.Equal("ACK", rig.Sent[^1].Method);
        Assert.Single(rig.Events);
    }

    /// <summary>RFC 3261 §17.1.2.2 (Timer F): who answers while the leg lingers is hung up by as many BYEs as anybody else.</summary>
    [Fact]
    public void AnswerJustBeforeTheLegIsForgotten_IsHungUpWithAllRepeats()
    {
        var rig = new LegRig().Start().Respond(180).Answer("one").Request("BYE", 1, tag: "one").After(31);
        rig.Answer("two").After(31.9);
        Assert.False(rig.Leg.IsGone);
        Assert.Equal(11, rig.Count("BYE"));
        Assert.True(rig.After(1).Leg.IsGone);
    }

    /// <summary>So is who rings while it lingers cancelled; the leg's timers do not spin for a CANCEL that nobody waits for.</summary>
    [Fact]
    public void RingingJustBeforeTheLegIsForgotten_IsCancelledWithAllRepeats()
    {
        var rig = new LegRig().Start().After(30).Respond(180).After(31.9);
        Assert.False(rig.Leg.IsGone);
        Assert.Equal(11, rig.Count("CANCEL"));
        Assert.True(rig.After(1).Leg.IsGone);
        Assert.Equal(long.MaxValue, rig.Leg.NextDue);
        Assert.Single(rig.Events);
    }

    /// <summary>RFC 3261 §9.1: CANCEL has no effect after a final response; a ringing that the wire overtook does not bring one about.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RingingThatComesAfterTheRefusal_IsNotCancelled(bool isGivenUpFirst)
    {
        var rig = new LegRig().Start();
        if (isGivenUpFirst)
        {
            rig.After(6.1);
        }
        else
        {
            rig.Leg.HangUp();
        }

        rig.Respond(486).Respond(180);
        Assert.Equal(0, rig.Count("CANCEL"));
        Assert.Equal("ACK", rig.Sent[^1].Method);
        Assert.True(rig.After(40).Leg.IsGone);
    }

    [Fact]
    public void RingLimit_Cancels_AndTheEndSaysSo()
    {
        var rig = new LegRig().Start().Respond(180).After(40.1);
        var cancel = rig.Sent[^1];
        Assert.Equal(("CANCEL", rig.Invite.TopVia!.Branch, 1), (cancel.Method, cancel.TopVia!.Branch, cancel.CSeq.Number));
        Assert.Null(cancel.To!.Tag);
        Assert.Null(rig.End);
        rig.Respond(200, to: cancel).Respond(487);
        Assert.Equal((LegEnd.Cancelled, 487, true), (rig.End!.How, rig.End.Status, rig.End.AtRingLimit));
    }

    [Fact]
    public void HangUp_BeforeAnyResponse_WaitsForOneBeforeItCancels()
    {
        var rig = new LegRig().Start();
        rig.Leg.HangUp();
        Assert.Equal(0, rig.Count("CANCEL"));
        rig.Respond(100, null);
        Assert.Equal(1, rig.Count("CANCEL"));
        rig.Leg.HangUp();
        Assert.Equal(1, rig.Count("CANCEL"));
    }

    [Fact]
    public void CancelThatCrossesAnAnswer_IsFollowedByAckAndBye_AndBothAreTold()
    {
        var rig = new LegRig().Start().Respond(180);
        rig.Leg.HangUp();
        rig.Answer();
        Assert.Equal(["CANCEL", "ACK", "BYE"], rig.Sent.TakeLast(3).Select(m => m.Method));
        rig.Respond(200, to: rig.Sent[^1]);
        Assert.Equal([LegEventKind.Ringing, LegEventKind.Answered, LegEventKind.HangingUp, LegEventKind.Ended], rig.Events.Select(e => e.Kind));
        Assert.Equal((LegEnd.LocalBye, true), (rig.End!.How, rig.End.Crossed));
    }

    [Fact]
    public void NoFinalResponseAfterCancel_EndsAfter32Seconds()
    {
        var rig = new LegRig().Start().Respond(180);
        rig.Leg.HangUp();
        rig.After(31);
        Assert.Null(rig.End);
        rig.After(1.1);
        Assert.Equal(LegEnd.Cancelled, rig.End!.How);
    }

    /// <summary>What was ordered comes before what is found out later: no attempt is spent, no trunk is blamed (P8, P61).</summary>
    [Fact]
    public void StopWhileItRings_StaysOne_ThoughNobodyAnswersTheCancelUntilTheRingLimit_P61()
    {
        var rig = new LegRig().Start().Respond(180).After(30);
        rig.Leg.HangUp();
        rig.After(33);
        Assert.Equal((LegEnd.Cancelled, false), (rig.End!.How, rig.End.AtRingLimit));
        Assert.Equal(CallClass.Cancelled, OutcomeTable.Standard.Judge(rig.End).Class);
    }

    [Fact]
    public void StopBeforeAnyResponse_StaysOne_ThoughNoneComes_P61()
    {
        var rig = new LegRig().Start().After(2);
        rig.Leg.HangUp();
        rig.After(5);
        Assert.Equal((LegEnd.Cancelled, true), (rig.End!.How, rig.End.IsSilent));
        Assert.Equal((CallClass.Cancelled, false), (OutcomeTable.Standard.Judge(rig.End).Class, OutcomeTable.Standard.Judge(rig.End).IsChannelClass));
        Assert.Equal("CANCEL", rig.Respond(180).Sent[^1].Method);
    }

    [Fact]
    public void StopOfACallThatCannotBeSent_StaysOne_P61()
    {
        var rig = new LegRig().Start();
        rig.Leg.HangUp();
        rig.Leg.Undelivered(rig.Wire[0]);
        Assert.Equal(LegEnd.Cancelled, rig.End!.How);
    }

    /// <summary>P6, P7: a call ends with the first BYE or the CANCEL, however late that is answered.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EndIsWhenByeOrCancelWent_NotWhenItWasAnswered_P6_P7(bool isAnswered)
    {
        var rig = new LegRig().Start().Respond(180);
        rig = (isAnswered ? rig.Answer() : rig).After(5);
        rig.Leg.HangUp();
        rig.After(33);
        Assert.Equal(isAnswered ? LegEnd.LocalBye : LegEnd.Cancelled, rig.End!.How);
        Assert.Equal(5_000, rig.End.At);
    }

    [Fact]
    public void LegThatHangsUpByItself_TellsItAtOnce_NotWhenItsByeIsAnswered_P41()
    {
        var rig = new LegRig(s => s with { MaxTalk = TimeSpan.FromSeconds(10) }).Start().Answer().After(10.1);
        Assert.Equal((LegEventKind.HangingUp, LegEnd.LocalBye), (rig.Events[^1].Kind, rig.Events[^1].End!.How));
        rig = new LegRig().Start().Answer(extra: "Session-Expires: 90;refresher=uas\r\n").After(61);
        Assert.Equal((LegEventKind.HangingUp, LegEnd.Lost), (rig.Events[^1].Kind, rig.Events[^1].End!.How));
        rig.Request("BYE", 1);
        Assert.Equal(LegEnd.RemoteBye, rig.End!.How);
    }

    [Fact]
    public void RepeatedAnswer_GetsTheSameAckAgain()
    {
        var rig = new LegRig().Start().Answer().Answer().Answer();
        var acks = rig.Sent.Where(m => m.Method == "ACK").ToList();
        Assert.Equal(3, acks.Count);
        Assert.All(acks, a => Assert.True(a.Bytes.Span.SequenceEqual(acks[0].Bytes.Span)));
        Assert.Single(rig.Events);
    }

    [Fact]
    public void SecondForksAnswer_IsAcknowledgedAndHungUp_TheFirstGoesOn()
    {
        var rig = new LegRig().Start().Answer("one").Answer("two");
        Assert.Equal(["ACK", "ACK", "BYE"], rig.Sent.TakeLast(3).Select(m => m.Method));
        Assert.Equal("two", rig.Sent[^1].To!.Tag);
        rig.Respond(200, to: rig.Sent[^1]);
        Assert.Null(rig.End);
        rig.Request("BYE", 3, tag: "one");
        Assert.Equal(LegEnd.RemoteBye, rig.End!.How);
    }

    /// <summary>RFC 3261 §17.2.3: a repeat is known by its branch. Two phones count their requests each for itself.</summary>
    [Fact]
    public void SameRequestOfTwoForks_IsAnsweredToEach()
    {
        var rig = new LegRig().Start().Answer("one").Answer("two");
        rig.Request("BYE", 1, tag: "two").Request("BYE", 1, tag: "one");
        Assert.Equal(["two", "one"], rig.Replies.Select(r => r.From!.Tag));
        Assert.Equal(["z9hG4bKtwoBYE1", "z9hG4bKoneBYE1"], rig.Replies.Select(r => r.TopVia!.Branch));
        Assert.Equal(LegEnd.RemoteBye, rig.End!.How);
    }

    [Fact]
    public void LongestTalk_HangsUp_AndAByeWithoutAnAnswerIsGivenUpAfter32Seconds()
    {
        var rig = new LegRig(s => s with { MaxTalk = TimeSpan.FromSeconds(10) }).Start().Answer().After(10.1);
        Assert.Equal(("BYE", 2), (rig.Sent[^1].Method, rig.Sent[^1].CSeq.Number));
        Assert.Null(rig.End);
        rig.After(33);
        Assert.Equal(11, rig.Count("BYE"));
        Assert.Equal((LegEnd.LocalBye, "no answer to BYE"), (rig.End!.How, rig.End.Text));
    }

    [Fact]
    public void RecordRoute_IsWhereRequestsOfTheDialogGo_LastFirst()
    {
        var rig = new LegRig().Start().Answer(extra: "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n");
        Assert.Equal(["<sip:p1.example;lr>", "<sip:p2.example;lr>"], rig.Sent[^1].Elements(SipHeader.Route));
        Assert.Equal("sip:callee@192.0.2.77:5099", rig.Sent[^1].RequestUri);
    }

    [Fact]
    public void StrictRouter_TakesThePlaceOfTheRequestUri()
    {
        var rig = new LegRig().Start().Answer(extra: "Record-Route: <sip:p1.example>\r\n");
        Assert.Equal("sip:p1.example", rig.Sent[^1].RequestUri);
        Assert.Equal(["<sip:callee@192.0.2.77:5099>"], rig.Sent[^1].Elements(SipHeader.Route));
    }

    [Fact]
    public void NoConnection_EndsAtOnce()
    {
        var rig = new LegRig { CanSend = false }.Start();
        Assert.Equal(LegEnd.NotSent, rig.End!.How);

        // the connection is back: nobody's phone rings for a call whose end was told
        rig.CanSend = true;
        Assert.Empty(rig.After(20).Sent);
        Assert.True(rig.After(20).Leg.IsGone);
    }

    [Fact]
    public void RequestsOfTheFarSide_AreAnsweredByTheRules_OfDialogs()
    {
        var rig = new LegRig().Start().Answer();
        rig.Request("OPTIONS", 5).Request("BYE", 4).Request("MESSAGE", 6).Request("BYE", 7, tag: "stranger");
        Assert.Equal([200, 500, 405, 481], rig.Replies.Select(r => r.Status));
        Assert.Null(rig.End);
    }

    [Fact]
    public void ResponseWithAnotherTag_IsNotOurs_WhoeverKnowsTheCallId()
    {
        var rig = new LegRig().Start().Respond(180);
        var forged = $"SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKguessed\r\nFrom: <sip:a@b>;tag=x\r\n"
            + $"To: <sip:c@d>;tag=far\r\nCall-ID: {rig.Leg.CallId}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
        rig.Leg.Receive(LegRig.Parse(forged));
        Assert.Null(rig.End);
        Assert.Equal(0, rig.Count("ACK"));
        Assert.Equal(LegEnd.RemoteBye, rig.Answer().Request("BYE", 1).End!.How);
    }

    [Fact]
    public void TextOfTheFarSide_IsCutAndFreeOfControlCharacters_BeforeItIsStored()
    {
        var rig = new LegRig().Start().Respond(180).Respond(486, extra: $"Reason: Q.850;cause=99999;text=\"a\tb{new string('x', 500)}\"\r\n");
        Assert.Equal((0, 200), (rig.End!.Q850, rig.End.Text!.Length));
        Assert.StartsWith("abx", rig.End.Text, StringComparison.Ordinal);
    }
}
