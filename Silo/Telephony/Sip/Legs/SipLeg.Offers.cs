namespace Dialer.Silo.Telephony.Sip;

/// <summary>Sessions that we offer or ask for within the call (RFC 3261 §14.1, RFC 3264).</summary>
internal sealed partial class SipLeg
{
    private const int MaxOfferTries = 4;

    /// <summary>An offer whose turn comes while the far side's is not acknowledged yet waits for so long, in ms.</summary>
    private const long OfferAgainMs = 200;

    /// <summary>Offers that ended before their final response came, by CSeq, and whether they asked the far side for one: a late 2xx is acknowledged too.</summary>
    private readonly Dictionary<int, bool> abandoned = [];

    private OwnOffer? offer;
    private long offerAgainAt = long.MaxValue;

    private bool IsOffering => offer is not null || unconfirmed is not null;

    /// <summary>The far side has something of ours to answer, or an ACK of ours to wait for; one that waits after a 491 is in nobody's way.</summary>
    private bool IsOfferOpen => offer?.Transaction is not null || unconfirmed is not null;

    /// <summary>
    /// Offers a session within the call, or asks the far side for one (null). False: another is under way or the call is not up.
    /// </summary>
    /// <param name="session">The session description; null = the far side offers, and <see cref="Confirm"/> must follow.</param>
    /// <param name="done">Told once: the final status and the far side's session (empty unless 2xx).</param>
    /// <param name="yields">If the far side offers something while this waits after a 491, this ends with that 491.</param>
    public bool Offer(string? session, Action<int, ReadOnlyMemory<byte>> done, bool yields = false)
    {
        if (state != LegState.Answered || IsOffering || IsAnswering)
        {
            return false;
        }

        offer = new OwnOffer(session, done, yields);
        SendOffer("");
        return true;
    }

    /// <summary>Takes back an offer that nobody waits for any more, by CANCEL when that may be sent (§9.1). How it ended is told all the same.</summary>
    public void Withdraw()
    {
        if (offer is not { IsWithdrawn: false } open)
        {
            return;
        }

        open.IsWithdrawn = true;
        if (open.Transaction is null)
        {
            EndOffer(487);
        }
        else if (open.IsHeard)
        {
            CancelOffer(open.Transaction);
        }
    }

    private void CancelOffer(ClientTransaction own)
    {
        var branch = ids.Branch(own.CSeq, SipMethods.Cancel);
        var bytes = writer.InDialog(own.Hop, SipMethods.Cancel, own.Dialog!, own.CSeq, "", branch);
        SendRequest(new ClientTransaction(SipMethods.Cancel, own.CSeq, branch, bytes, own.Hop, host.Now));
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
        offer.IsHeard = false;
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
            OnOfferHeard(offer, offer.Transaction);
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
        if (state != LegState.Answered)
        {
            Settle();
        }
    }

    private void OnOfferHeard(OwnOffer open, ClientTransaction own)
    {
        own.Proceed();
        var isFirst = !open.IsHeard;
        open.IsHeard = true;
        if (isFirst && open.IsWithdrawn)
        {
            CancelOffer(own);
        }
    }

    private void OnOfferRefused(SipMessage response, SipDialog dialog)
    {
        AcknowledgeOld(response);
        var refused = offer!;
        refused.Transaction = null;
        if (refused.IsWithdrawn && response.Status is not (408 or 481))
        {
            EndOffer(response.Status);
        }
        else if (response.Status is 401 or 407 && Authorize(response, SipMethods.Invite, dialog) is { } authorization)
        {
            SendOffer(authorization);
        }
        else if (response.Status == 422 && LengthenSession(response))
        {
            SendOffer(digest.Lines(SipMethods.Invite, dialog.Path().Uri, ids.ClientNonce(digest.Rounds)));
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
        else if (abandoned.TryGetValue(number, out var isBare))
        {
            SendAck(dialog, number, isBare ? settings.AnswerTo(response.Body) : "");
        }
    }

    private void EndOffer(int status)
    {
        var ended = offer;
        if (ended?.Transaction is { } open)
        {
            abandoned[open.CSeq] = ended.Session is null;
        }

        (offer, offerAgainAt) = (null, long.MaxValue);
        ended?.Done(status, default);
    }

    /// <summary>An INVITE of ours within the call.</summary>
    private sealed class OwnOffer(string? session, Action<int, ReadOnlyMemory<byte>> done, bool yields)
    {
        public string? Session => session;

        public Action<int, ReadOnlyMemory<byte>> Done => done;

        public ClientTransaction? Transaction { get; set; }

        public bool Yields => yields;

        /// <summary>A provisional response came: CANCEL may be sent.</summary>
        public bool IsHeard { get; set; }

        public bool IsWithdrawn { get; set; }

        public int Tries { get; set; }

        public long Until { get; set; } = long.MaxValue;
    }
}
