using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Reliable provisional responses (RFC 3262) and sessions that the far side changes within the call (RFC 3261 §14.2).</summary>
public sealed partial class SipLeg
{
    /// <summary>The last RSeq that was acknowledged, by To-tag.</summary>
    private readonly Dictionary<string, int> acknowledged = new(StringComparer.Ordinal);

    /// <summary>Our 200 to a re-INVITE, sent again until its ACK comes; null = none is out.</summary>
    private ClientTransaction? sessionAnswer;

    private SipMessage? sessionRequest;

    /// <summary>Sends PRACK for a provisional response that asks for one; repeats and those out of order are left alone (§4).</summary>
    private void Acknowledge(SipMessage response)
    {
        if (!response.Lists(SipHeader.Require, "100rel")
            || response.Number(SipHeader.RSeq) is not { } rseq
            || SipDialog.Of(response, cseq, settings.Target.ToString()) is not { } early
            || (acknowledged.TryGetValue(early.RemoteTag, out var last) && rseq != last + 1))
        {
            return;
        }

        acknowledged[early.RemoteTag] = rseq;
        var number = ++lastCSeq;
        var rack = string.Create(CultureInfo.InvariantCulture, $"RAck: {rseq} {cseq} {SipMethods.Invite}\r\n");
        SendRequest(SipMethods.Prack, number, ids.Branch(number, SipMethods.Prack), writer.InDialog(SipMethods.Prack, early, number, rack));
    }

    /// <summary>The far side moved its end, or keeps the session alive: its address is taken over, the answer is on its way.</summary>
    private void OnSession(SipMessage request, SipDialog dialog, ReadOnlyMemory<byte> answer)
    {
        dialog.RemoteTarget = SipNameAddr.Parse(request.Elements(SipHeader.Contact).FirstOrDefault())?.Uri ?? dialog.RemoteTarget;
        if (request.Method == SipMethods.Invite)
        {
            sessionRequest = request;
            // over any transport, because ACK goes from end to end (§13.3.1.4)
            sessionAnswer = new ClientTransaction(SipMethods.Update, request.CSeq.Number, "", answer, isReliable: false, host.Now);
        }
    }

    private void OnSessionAck(SipMessage ack)
    {
        if (sessionAnswer?.CSeq == ack.CSeq.Number)
        {
            sessionAnswer = null;
        }
    }

    private void TickSessionAnswer(long now)
    {
        if (sessionAnswer is not { } answer)
        {
            return;
        }

        if (answer.GivenUpAt <= now)
        {
            // nobody acknowledges: the far side is gone (§14.2)
            sessionAnswer = null;
            HangUp();
        }
        else if (answer.ResendAt <= now)
        {
            answer.Resent(now);
            host.Reply(sessionRequest!, answer.Bytes);
        }
    }
}
