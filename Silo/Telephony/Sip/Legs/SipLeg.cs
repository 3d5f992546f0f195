namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// One outbound call as its caller sees it (RFC 3261 §9, §12–15, §17): sends INVITE, answers challenges, acknowledges every final
/// response however often it comes, cancels, hangs up. Makes no thread, socket or timer of its own: whoever drives it hands in
/// messages and calls <see cref="Tick"/> when <see cref="NextDue"/> has come, one thing at a time.
/// </summary>
internal sealed partial class SipLeg : ISipParty
{
    /// <summary>Targets tried after the first: a trunk that says 503 for want of room shall not be asked at all its doors at once.</summary>
    private const int MaxNextTargets = 2;

    private readonly LegIds ids;
    private readonly LegSettings settings;
    private readonly ILegHost host;
    private readonly LegWriter writer;
    private readonly SdpOrigin origin;

    private readonly List<ClientTransaction> requests = [];
    private readonly List<SipDialog> dialogs = [];

    /// <summary>The ways that INVITEs took, by CSeq: their ACKs and CANCELs take the same.</summary>
    private readonly List<(int CSeq, SipHop Hop)> hops = [];

    private LegState state;
    private ClientTransaction? invite;

    /// <summary>CSeq of the INVITE, which its ACK and CANCEL have too.</summary>
    private int cseq;

    /// <summary>CSeq of the last request of any kind: they rise over all dialogs of the leg.</summary>
    private int lastCSeq;

    private long provisionalAt = long.MaxValue;
    private long ringAt = long.MaxValue;
    private long talkAt = long.MaxValue;
    private long cancelledAt = long.MaxValue;
    private long goneAt = long.MaxValue;

    /// <summary>When CANCEL or the first BYE went or came; null = none has.</summary>
    private long? endedAt;
    private int targets;
    private bool hadProvisional;
    private bool hadRinging;
    private bool isCancelWanted;
    private bool isCancelSent;
    private bool isAtRingLimit;

    /// <summary>Its end was ordered while it rang.</summary>
    private bool isStopped;

    /// <summary>Why the far side of an answered leg is taken for gone; null = it is not.</summary>
    private string? lostBy;

    public SipLeg(LegIds ids, LegSettings settings, ILegHost host)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(settings);
        (this.ids, this.settings, this.host) = (ids, settings, host);
        (writer, origin, digest) = (new LegWriter(ids, settings), new SdpOrigin(settings.Origin), new DigestSession(settings.Credentials));
    }

    /// <summary>Where a leg stands.</summary>
    private enum LegState
    {
        New,
        Inviting,
        Answered,
        HangingUp,

        /// <summary>Its end is told; late repeats are still answered.</summary>
        Over,
        Gone,
    }

    public LegIds Ids => ids;

    public string CallId => ids.CallId;

    public bool IsGone => state == LegState.Gone;

    /// <summary>Its CANCEL is wanted or sent: an answer that comes all the same is hung up at once.</summary>
    public bool IsCancelled => isCancelWanted;

    /// <summary>Whether it was answered and has not ended.</summary>
    public bool IsUp => state == LegState.Answered;

    public long NextDue
    {
        get
        {
            var due = Math.Min(Math.Min(provisionalAt, ringAt), Math.Min(Math.Min(talkAt, cancelledAt), goneAt));
            due = Math.Min(Math.Min(due, SessionsDue), invite?.NextDue ?? long.MaxValue);
            foreach (var request in requests)
            {
                due = Math.Min(due, request.NextDue);
            }

            return due;
        }
    }

    /// <summary>When its end began, on the host's clock: the first BYE or our CANCEL; null = not yet.</summary>
    public long? EndedAt => endedAt;

    private SipDialog? Main => dialogs.Count > 0 ? dialogs[0] : null;

    /// <summary>Sends the INVITE.</summary>
    public void Start()
    {
        if (state != LegState.New)
        {
            throw new InvalidOperationException("A leg is started once.");
        }

        state = LegState.Inviting;
        ringAt = host.Now + (long)settings.RingLimit.TotalMilliseconds;
        SendInvite("");
    }

    /// <summary>Ends it as its state demands: CANCEL, BYE, or nothing when it is ending already.</summary>
    public void HangUp()
    {
        if (state == LegState.Inviting)
        {
            // the ring limit that comes later changes nothing: first what was ordered (P40, P61)
            ringAt = long.MaxValue;
            isStopped = true;
            Cancel();
        }
        else
        {
            Leave(null);
        }
    }

    /// <summary>Does what is due by now.</summary>
    public void Tick()
    {
        var now = host.Now;
        TickInvite(now);
        TickRequests(now);
        TickSessions(now);
        if (talkAt <= now)
        {
            Leave(null);
        }

        if (goneAt <= now)
        {
            state = LegState.Gone;
            invite = null;
            requests.Clear();
            ForgetSessions();
            goneAt = long.MaxValue;
        }
    }

    public void Undelivered(ReadOnlyMemory<byte> message)
    {
        if (state == LegState.Inviting && !hadProvisional && invite?.IsOf(message) == true)
        {
            NotSent();
        }
    }

    /// <summary>Hangs up, if it is up. The host hears it at once: whoever the far side talked to is not to wait for the answer to BYE.</summary>
    /// <param name="why">Why the far side is taken for gone; null = it is not.</param>
    private void Leave(string? why)
    {
        if (state != LegState.Answered)
        {
            return;
        }

        Settle();
        RefuseOffered();
        state = LegState.HangingUp;
        talkAt = long.MaxValue;
        lostBy = why;
        endedAt = host.Now;
        SendBye(Main!);
        host.Tell(this, LegEventKind.HangingUp, Hanging());
    }

    private LegEndFacts Hanging(string? text = null) => new(
        lostBy is null ? LegEnd.LocalBye : LegEnd.Lost, 200, 0, lostBy ?? text, hadRinging, isAtRingLimit, isCancelWanted, At: endedAt);

    private void TickInvite(long now)
    {
        invite?.Tick(now);
        if (state != LegState.Inviting)
        {
            return;
        }

        if (provisionalAt <= now || invite?.GivenUpAt <= now)
        {
            EndUnheard(LegEnd.NoResponse, "no response from the trunk");
        }
        else if (cancelledAt <= now)
        {
            End(new LegEndFacts(LegEnd.Cancelled, Text: "no final response after CANCEL", HadRinging: hadRinging, AtRingLimit: isAtRingLimit));
        }
        else if (ringAt <= now)
        {
            isAtRingLimit = true;
            ringAt = long.MaxValue;
            Cancel();
        }
    }

    private void TickRequests(long now)
    {
        for (var i = requests.Count - 1; i >= 0 && i < requests.Count; i--)
        {
            var request = requests[i];
            request.Tick(now);
            if (request.GivenUpAt <= now)
            {
                requests.RemoveAt(i);
                if (request.Method is SipMethods.Update or SipMethods.Options)
                {
                    OnRefreshed(request.Method, null);
                }

                Closed(request, 0);
            }
        }
    }

    /// <summary>CANCEL may be sent only when a provisional response has come (§9.1); until then it is remembered.</summary>
    private void Cancel()
    {
        isCancelWanted = true;
        if (!hadProvisional || isCancelSent)
        {
            return;
        }

        isCancelSent = true;
        if (state == LegState.Inviting)
        {
            endedAt = host.Now;
            cancelledAt = host.Now + SipTimers.Timeout;
        }

        var reason = isAtRingLimit ? "Reason: Q.850;cause=19;text=\"No answer\"\r\n" : "Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\n";
        SendCancel(cseq, reason, HopOf(cseq));
    }

    private void SendCancel(int number, string reason, SipHop hop)
    {
        var branch = ids.Branch(number, SipMethods.Cancel);
        SendRequest(new ClientTransaction(SipMethods.Cancel, number, branch, writer.Cancel(hop, number, reason), hop, host.Now));
    }

    private void SendInvite(string extra)
    {
        cseq = ++lastCSeq;
        hadProvisional = false;
        var hop = host.Hop;
        hops.Add((cseq, hop));
        Remember(cseq, extra);
        var branch = ids.Branch(cseq, SipMethods.Invite);
        var bytes = writer.Invite(hop, cseq, branch, SessionTimerLines + extra, origin.Own(settings.Offer ?? ""));
        invite = new ClientTransaction(SipMethods.Invite, cseq, branch, bytes, hop, host.Now);
        provisionalAt = host.Now + (long)settings.ProvisionalLimit.TotalMilliseconds;
        if (!invite.Send(this))
        {
            NotSent();
        }
    }

    /// <summary>It provably never left: the next target, or the end (I2).</summary>
    private void NotSent()
    {
        if (!TryNextTarget())
        {
            EndUnheard(LegEnd.NotSent, "the trunk cannot be reached");
        }
    }

    /// <summary>Nobody answered anything. What was stopped before is stopped, whoever is silent (P61).</summary>
    private void EndUnheard(LegEnd how, string text)
    {
        // what comes late is cancelled, or acknowledged and hung up
        isCancelWanted = true;
        End(new LegEndFacts(isStopped ? LegEnd.Cancelled : how, Text: text, IsSilent: true));
    }

    private bool TryNextTarget()
    {
        if (isCancelWanted || hadRinging || targets++ >= MaxNextTargets || !host.NextTarget())
        {
            return false;
        }

        invite = null;
        digest.Forget();
        SendInvite("");
        return true;
    }

    private SipHop HopOf(int number)
    {
        foreach (var (known, hop) in hops)
        {
            if (known == number)
            {
                return hop;
            }
        }

        return host.Hop;
    }

    private SipHop HopTo(SipDialog dialog) => dialog.Path().NextHop is { } next ? host.HopTo(next) : host.Hop;

    private void SendBye(SipDialog dialog)
    {
        dialog.IsOver = true;
        SendInDialog(SipMethods.Bye, dialog, "Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\n");
    }

    private void SendInDialog(string method, SipDialog dialog, string lines, string authorization = "")
    {
        dialog.CSeq = ++lastCSeq;
        var hop = HopTo(dialog);
        var branch = ids.Branch(dialog.CSeq, method);
        var bytes = writer.InDialog(hop, method, dialog, dialog.CSeq, lines + authorization, branch);
        SendRequest(new ClientTransaction(method, dialog.CSeq, branch, bytes, hop, host.Now, dialog, lines));
    }

    private void SendRequest(ClientTransaction request)
    {
        requests.Add(request);
        if (goneAt != long.MaxValue)
        {
            // a late phone is hung up with all the repeats that it takes (Timer F)
            goneAt = Math.Max(goneAt, host.Now + SipTimers.Timeout);
        }

        request.Send(this);
    }

    /// <summary>A request within the call is answered, or given up (0): if it was the BYE of the call, the call is over.</summary>
    private void Closed(ClientTransaction request, int status)
    {
        var text = status == 0 ? "no answer to BYE" : null;
        if (isOrphan && status is not ((>= 200 and < 300) or 481))
        {
            // somebody's refusal says nothing of the call (P30)
            isOrphanSilent = true;
            goneAt = host.Now + SipTimers.Timeout;
        }
        else if (request.Method == SipMethods.Cancel && isOrphan)
        {
            OrphanCancelled(request);
        }
        else if (request.Method == SipMethods.Bye && state == LegState.HangingUp && request.Dialog == Main)
        {
            End(Hanging(text));
        }
    }

    /// <summary>Tells the end, once; the leg lingers for what comes late.</summary>
    private void End(LegEndFacts facts)
    {
        if (state is LegState.Over or LegState.Gone)
        {
            return;
        }

        state = LegState.Over;
        provisionalAt = ringAt = talkAt = cancelledAt = long.MaxValue;
        StopSessions();
        goneAt = host.Now + SipTimers.Timeout;
        if (facts.IsSilent)
        {
            // not sent again: who has not heard it by now shall not
            invite?.Proceed();
        }

        host.Tell(this, LegEventKind.Ended, facts with { At = endedAt });
    }
}
