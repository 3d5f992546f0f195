using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Reliable provisional responses (RFC 3262), sessions that either side changes within the call (RFC 3261 §14, RFC 3264).</summary>
internal sealed partial class SipLeg
{
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

    /// <summary>The far side's session as last known: the body of its 2xx, its re-INVITE or UPDATE.</summary>
    public ReadOnlyMemory<byte> RemoteSession { get; private set; }

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
    /// The host's answer to what <see cref="ILegHost.Offered"/> told: 200 with a session, or a refusal. False: nobody waits for it any
    /// more.
    /// </summary>
    public bool AnswerOffer(int status, string session)
    {
        if (offered is not { } request)
        {
            return false;
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

        return true;
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
        dialog.Session = dialog.Session.IsEmpty ? response.Body : dialog.Session;
        SendInDialog(SipMethods.Prack, dialog, string.Create(CultureInfo.InvariantCulture, $"RAck: {rseq} {cseq} {SipMethods.Invite}\r\n"));
    }

    private void SendAck(SipDialog dialog, int number, string session)
    {
        var hop = HopTo(dialog);
        var proof = GoesTheInvitesWay(hop) ? proofs.GetValueOrDefault(number, "") : "";
        var ack = writer.InDialog(hop, SipMethods.Ack, dialog, number, proof, ids.AckBranch(number, dialog.RemoteTag), origin.Own(session));
        dialog.Acks[number] = ack;
        hop.Send(ack, null);
    }

    /// <summary>Before the end: a 2xx that waits for our session is acknowledged all the same.</summary>
    private void Settle()
    {
        if (unconfirmed is { } waiting)
        {
            Confirm(settings.AnswerTo(waiting.Session));
        }
    }

    /// <summary>The far side moves its end, or keeps the session alive.</summary>
    private void OnSession(SipMessage request, SipDialog dialog)
    {
        var isPlain = request.Body.IsEmpty && request.Method == SipMethods.Update;
        if (!isPlain && offer is { Transaction: null, Yields: true })
        {
            // ours waits for its turn after a 491, and theirs makes it needless
            EndOffer(491);
        }

        dialog.RemoteTarget = SipNameAddr.Parse(request.FirstElement(SipHeader.Contact))?.Uri ?? dialog.RemoteTarget;
        TakeSessionTimer(request);
        if (isPlain)
        {
            AcceptOffer(request, "");
            return;
        }

        offered = dialog == Main ? request : null;
        if (offered is not null && host.Offered(this, request))
        {
            if (request.Method == SipMethods.Invite && offered is not null)
            {
                Reply(request, LegWriter.Response(request, 100, "Trying"));
            }

            return;
        }

        offered = null;
        AcceptOffer(request, request.Body.IsEmpty ? localSession ?? settings.Offer ?? "" : settings.AnswerTo(request.Body));
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
        if (answer.HoldsOffer)
        {
            // without an answer its session stays as it was: whoever made the offer waits to hear one
            RemoteSession = ack.Body.IsEmpty ? RemoteSession : ack.Body;
            host.Confirmed(this, RemoteSession);
        }
    }

    private void OnSessionCancelled(SipMessage cancel)
    {
        if (offered is { Method: SipMethods.Invite } && offered.CSeq.Number == cancel.CSeq.Number)
        {
            RefuseOffered();
            host.Withdrawn(this);
        }
    }

    /// <summary>It was taken back, or the call ends: even then each request gets its answer (RFC 3261 §15.1.2).</summary>
    private void RefuseOffered()
    {
        if (offered is { } request)
        {
            offered = null;
            Reply(request, LegWriter.Response(request, 487, "Request Terminated"));
        }
    }

    private void StopSessions()
    {
        RefuseOffered();
        Settle();
        refreshAt = expiresAt = long.MaxValue;
        EndOffer(481);
    }

    private void ForgetSessions() => (sessionAnswer, offered, offer, unconfirmed) = (null, null, null, null);

    private sealed record Unconfirmed(SipDialog Dialog, int CSeq, ReadOnlyMemory<byte> Session);
}
