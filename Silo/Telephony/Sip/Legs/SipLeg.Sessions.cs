using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Reliable provisional responses (RFC 3262), sessions that either side changes within the call (RFC 3261 §14, RFC 3264).</summary>
internal sealed partial class SipLeg
{
    private const int MaxOfferTries = 4;

    /// <summary>The last RSeq that was acknowledged, by To-tag.</summary>
    private readonly Dictionary<string, int> acknowledged = new(StringComparer.Ordinal);

    /// <summary>Our session as the far side knows it; null = none yet.</summary>
    private string? localSession;

    /// <summary>A 2xx whose ACK waits for our answer to the session in it.</summary>
    private Unconfirmed? unconfirmed;

    /// <summary>Our 200 to a re-INVITE, sent again until its ACK comes; null = none is out.</summary>
    private ServerResponse? sessionAnswer;

    /// <summary>A session that the far side offered and the host has still to answer.</summary>
    private SipMessage? offered;

    private OwnOffer? offer;
    private long offerAgainAt = long.MaxValue;

    /// <summary>The far side's session as last known: the body of its 2xx, its re-INVITE or UPDATE.</summary>
    public ReadOnlyMemory<byte> RemoteSession { get; private set; }

    private bool IsOffering => offer is not null || unconfirmed is not null;

    private bool IsAnswering => sessionAnswer is not null || offered is not null;

    /// <summary>
    /// Acknowledges the 2xx that waits, with our answer to the session in it: that of an INVITE without one, first or later
    /// (RFC 3261 §13.2.2.4). Nothing when none waits.
    /// </summary>
    public void Confirm(string answer)
    {
        if (unconfirmed is { } waiting)
        {
            unconfirmed = null;
            localSession = answer;
            SendAck(waiting.Dialog, waiting.CSeq, answer);
        }
    }

    /// <summary>
    /// Offers a session within the call, or asks the far side for one (null). False: another is under way or the call is not up.
    /// </summary>
    /// <param name="session">The session description; null = the far side offers, and <see cref="Confirm"/> must follow.</param>
    /// <param name="done">Told once: the final status and the far side's session (empty unless 2xx).</param>
    public bool Offer(string? session, Action<int, ReadOnlyMemory<byte>> done)
    {
        if (state != LegState.Answered || IsOffering || IsAnswering)
        {
            return false;
        }

        offer = new OwnOffer(session, done);
        SendOffer("");
        return true;
    }

    /// <summary>The host's answer to what <see cref="ILegHost.Offered"/> told: 200 with a session, or a refusal.</summary>
    public void AnswerOffer(int status, string session)
    {
        if (offered is not { } request)
        {
            return;
        }

        offered = null;
        if (status is >= 200 and < 300)
        {
            AcceptOffer(request, session);
        }
        else
        {
            Reply(request, LegWriter.Response(request, status, status == 488 ? "Not Acceptable Here" : status == 491 ? "Request Pending" : "Server Internal Error"));
        }
    }

    /// <summary>Sends PRACK for a provisional response that asks for one; repeats and those out of order are left alone (§4).</summary>
    private void Acknowledge(SipMessage response)
    {
        if (response.To?.Tag is not { } tag)
        {
            return;
        }

        var dialog = early.FirstOrDefault(d => d.RemoteTag == tag);
        if (dialog is null && early.Count == MaxDialogs)
        {
            return;
        }

        if (dialog is null)
        {
            early.Add(dialog = SipDialog.Of(response, cseq, settings.Target.ToString())!);
        }

        if (!response.Lists(SipHeader.Require, "100rel")
            || response.Number(SipHeader.RSeq) is not { } rseq
            || (acknowledged.TryGetValue(tag, out var last) && rseq != last + 1))
        {
            return;
        }

        acknowledged[tag] = rseq;
        SendInDialog(SipMethods.Prack, dialog, string.Create(CultureInfo.InvariantCulture, $"RAck: {rseq} {cseq} {SipMethods.Invite}\r\n"));
    }

    private void SendAck(SipDialog dialog, int number, string session)
    {
        var hop = HopTo(dialog);
        var ack = writer.InDialog(hop, SipMethods.Ack, dialog, number, "", ids.AckBranch(number, dialog.RemoteTag), origin.Own(session));
        dialog.Acks[number] = ack;
        hop.Send(ack, null);
    }

    /// <summary>Before a hang-up: a 2xx that waits for our session is acknowledged all the same.</summary>
    private void Settle()
    {
        if (unconfirmed is { } waiting)
        {
            Confirm(settings.AnswerTo(waiting.Session));
        }
    }

    private void SendOffer(string extra)
    {
        var dialog = Main!;
        dialog.CSeq = ++lastCSeq;
        var hop = HopTo(dialog);
        var branch = ids.Branch(dialog.CSeq, SipMethods.Invite);
        var bytes = writer.InDialog(
            hop, SipMethods.Invite, dialog, dialog.CSeq, writer.SessionHeaders(hop) + SessionTimerLines + extra, branch, origin.Own(offer!.Session ?? ""));
        offer.Tries++;
        offer.Until = host.Now + SipTimers.Timeout;
        offer.Transaction = new ClientTransaction(SipMethods.Invite, dialog.CSeq, branch, bytes, hop, host.Now, dialog);
        offer.Transaction.Send(this);
    }

    /// <summary>Whether a response is one to an INVITE within the call.</summary>
    private bool IsOfOffer(SipMessage response) => !isOrphan && Main is not null && hops.All(h => h.CSeq != response.CSeq.Number);

    private void OnOfferResponse(SipMessage response)
    {
        var number = response.CSeq.Number;
        if (offer?.Transaction?.CSeq != number)
        {
            AcknowledgeOld(response);
            return;
        }

        if (response.Status < 200)
        {
            offer.Transaction.Proceed();
            return;
        }

        var dialog = offer.Transaction.Dialog!;
        if (response.Status >= 300)
        {
            OnOfferRefused(response, dialog);
            return;
        }

        var ended = offer;
        offer = null;
        ForgetChallenges();
        dialog.RemoteTarget = SipNameAddr.Parse(response.FirstElement(SipHeader.Contact))?.Uri ?? dialog.RemoteTarget;
        RemoteSession = response.Body;
        TakeSessionTimer(response);
        if (ended.Session is null)
        {
            unconfirmed = new Unconfirmed(dialog, number, response.Body);
        }
        else
        {
            localSession = ended.Session;
            SendAck(dialog, number, "");
        }

        ended.Done(response.Status, response.Body);
    }

    private void OnOfferRefused(SipMessage response, SipDialog dialog)
    {
        AcknowledgeOld(response);
        var refused = offer!;
        refused.Transaction = null;
        if (response.Status is 401 or 407 && Authorize(response, SipMethods.Invite, dialog.Path().Uri) is { } authorization)
        {
            SendOffer(authorization);
        }
        else if (response.Status == 491 && refused.Tries < MaxOfferTries)
        {
            // we chose the Call-ID, so we wait the longer of the two spans (§14.1)
            offerAgainAt = host.Now + 2_100 + (lastCSeq * 617L % 1_900);
        }
        else
        {
            EndOffer(response.Status);
            if (response.Status is 408 or 481)
            {
                HangUp();
            }
        }
    }

    /// <summary>A final response that was dealt with before: only its ACK was lost.</summary>
    private void AcknowledgeOld(SipMessage response)
    {
        var number = response.CSeq.Number;
        if (response.Status < 200 || dialogs.FirstOrDefault(d => d.RemoteTag == response.To?.Tag) is not { } dialog)
        {
            return;
        }

        var hop = HopTo(dialog);
        if (response.Status >= 300)
        {
            // part of the INVITE's own transaction (§17.1.1.3)
            hop.Send(writer.InDialog(hop, SipMethods.Ack, dialog, number, "", ids.Branch(number, SipMethods.Invite)), null);
        }
        else if (dialog.Acks.TryGetValue(number, out var ack))
        {
            hop.Send(ack, null);
        }
    }

    private void EndOffer(int status)
    {
        var ended = offer;
        (offer, offerAgainAt) = (null, long.MaxValue);
        ended?.Done(status, default);
    }

    /// <summary>The far side moves its end, or keeps the session alive.</summary>
    private void OnSession(SipMessage request, SipDialog dialog)
    {
        dialog.RemoteTarget = SipNameAddr.Parse(request.FirstElement(SipHeader.Contact))?.Uri ?? dialog.RemoteTarget;
        TakeSessionTimer(request);
        var asksForSession = request.Body.Length > 0 || request.Method == SipMethods.Invite;
        offered = asksForSession && dialog == Main ? request : null;
        if (offered is not null && host.Offered(this, request))
        {
            if (request.Method == SipMethods.Invite && offered is not null)
            {
                Reply(request, LegWriter.Response(request, 100, "Trying"));
            }

            return;
        }

        offered = null;
        var body = request.Body.IsEmpty
            ? request.Method == SipMethods.Invite ? localSession ?? settings.Offer ?? "" : ""
            : settings.AnswerTo(request.Body);
        AcceptOffer(request, body);
    }

    private void AcceptOffer(SipMessage request, string session)
    {
        if (!request.Body.IsEmpty)
        {
            RemoteSession = request.Body;
        }

        localSession = session.Length > 0 ? session : localSession;
        session = origin.Own(session);
        var bytes = LegWriter.SessionAnswer(DialogOf(request) is { } dialog ? HopTo(dialog) : host.Hop, request, session);
        Reply(request, bytes);
        if (request.Method == SipMethods.Invite)
        {
            sessionAnswer = new ServerResponse(request, bytes, holdsOffer: request.Body.IsEmpty, host.Now);
        }
    }

    private void OnSessionAck(SipMessage ack)
    {
        if (sessionAnswer is not { } answer
            || answer.Request.CSeq.Number != ack.CSeq.Number
            || ack.From?.Tag != answer.Request.From?.Tag
            || ack.To?.Tag != ids.FromTag)
        {
            return;
        }

        sessionAnswer = null;
        if (answer.HoldsOffer && !ack.Body.IsEmpty)
        {
            RemoteSession = ack.Body;
            host.Confirmed(this, ack.Body);
        }
    }

    private void OnSessionCancelled(SipMessage cancel)
    {
        if (offered is { } request && request.CSeq.Number == cancel.CSeq.Number)
        {
            offered = null;
            Reply(request, LegWriter.Response(request, 487, "Request Terminated"));
        }
    }

    private void StopSessions()
    {
        (offered, unconfirmed) = (null, null);
        refreshAt = expiresAt = long.MaxValue;
        EndOffer(481);
    }

    private void ForgetSessions() => (sessionAnswer, offered, offer, unconfirmed) = (null, null, null, null);

    private sealed record Unconfirmed(SipDialog Dialog, int CSeq, ReadOnlyMemory<byte> Session);

    /// <summary>An INVITE of ours within the call.</summary>
    private sealed class OwnOffer(string? session, Action<int, ReadOnlyMemory<byte>> done)
    {
        public string? Session => session;

        public Action<int, ReadOnlyMemory<byte>> Done => done;

        public ClientTransaction? Transaction { get; set; }

        public int Tries { get; set; }

        public long Until { get; set; } = long.MaxValue;
    }
}
