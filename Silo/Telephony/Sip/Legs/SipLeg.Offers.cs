namespace Dialer.Silo.Telephony.Sip;

/// <summary>Sessions that we offer or ask for within the call (RFC 3261 §14.1, RFC 3264).</summary>
internal sealed partial class SipLeg
{
    private const int MaxOfferTries = 4;

    private OwnOffer? offer;
    private long offerAgainAt = long.MaxValue;

    private bool IsOffering => offer is not null || unconfirmed is not null;

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

    private void SendOffer(string extra)
    {
        var dialog = Main!;
        dialog.CSeq = ++lastCSeq;
        var hop = HopTo(dialog);
        var branch = ids.Branch(dialog.CSeq, SipMethods.Invite);
        var bytes = writer.InDialog(
            hop, SipMethods.Invite, dialog, dialog.CSeq, writer.SessionHeaders(hop) + SessionTimerLines + extra, branch, origin.Own(offer!.Session ?? ""));
        Remember(dialog.CSeq, extra);
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
        digest.Forget();
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
        if (response.Status is 401 or 407 && Authorize(response, SipMethods.Invite, dialog) is { } authorization)
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
            // 487: their BYE crossed it on the way (RFC 5407 §3.2)
            if (response.Status is 408 or 481 or 487)
            {
                Leave($"{response.Status} to a session offered anew");
            }

            EndOffer(response.Status);
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
