namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// One outbound call as its caller sees it (RFC 3261 §9, §12–15, §17): sends INVITE, answers challenges, acknowledges every final
/// response however often it comes, cancels, hangs up. Makes no thread, socket or timer of its own: whoever drives it hands in
/// messages and calls <see cref="Tick"/> when <see cref="NextDue"/> has come, one thing at a time.
/// </summary>
public sealed partial class SipLeg
{
    private readonly LegIds ids;
    private readonly LegSettings settings;
    private readonly ILegHost host;
    private readonly LegWriter writer;

    private readonly List<ClientTransaction> requests = [];
    private readonly List<SipDialog> dialogs = [];
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
    private bool hadProvisional;
    private bool hadRinging;
    private bool isCancelWanted;
    private bool isCancelSent;
    private bool isAtRingLimit;
    private bool isOrphan;

    public SipLeg(LegIds ids, LegSettings settings, ILegHost host)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(settings);
        (this.ids, this.settings, this.host) = (ids, settings, host);
        writer = new LegWriter(ids, settings);
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

    /// <summary>Nothing is to be expected of it any more: it may be forgotten.</summary>
    public bool IsGone => state == LegState.Gone;

    /// <summary>When <see cref="Tick"/> is to be called next, on the host's clock; it may be called earlier.</summary>
    public long NextDue
    {
        get
        {
            var due = Math.Min(Math.Min(provisionalAt, ringAt), Math.Min(Math.Min(talkAt, cancelledAt), goneAt));
            if (invite is not null)
            {
                due = Math.Min(due, Math.Min(invite.ResendAt, invite.GivenUpAt));
            }

            if (sessionAnswer is not null)
            {
                due = Math.Min(due, Math.Min(sessionAnswer.ResendAt, sessionAnswer.GivenUpAt));
            }

            foreach (var request in requests)
            {
                due = Math.Min(due, Math.Min(request.ResendAt, request.GivenUpAt));
            }

            return due;
        }
    }

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
            Cancel();
        }
        else if (state == LegState.Answered)
        {
            SendBye(Main!);
            state = LegState.HangingUp;
            talkAt = long.MaxValue;
        }
    }

    /// <summary>Does what is due by now.</summary>
    public void Tick()
    {
        var now = host.Now;
        TickInvite(now);
        TickRequests(now);
        TickSessionAnswer(now);
        if (talkAt <= now)
        {
            HangUp();
        }

        if (goneAt <= now)
        {
            state = LegState.Gone;
            invite = null;
            requests.Clear();
            sessionAnswer = null;
            goneAt = long.MaxValue;
        }
    }

    private void TickInvite(long now)
    {
        if (invite is { } sent && sent.ResendAt <= now)
        {
            sent.Resent(now);
            host.Send(sent.Bytes);
        }

        if (state != LegState.Inviting)
        {
            return;
        }

        if (provisionalAt <= now || invite?.GivenUpAt <= now)
        {
            // what comes late is cancelled, or acknowledged and hung up
            isCancelWanted = true;
            End(new LegEndFacts(LegEnd.NoResponse, Text: "no response from the trunk"));
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
        foreach (var request in requests.ToArray())
        {
            if (request.ResendAt <= now)
            {
                request.Resent(now);
                host.Send(request.Bytes);
            }

            if (request.GivenUpAt <= now)
            {
                requests.Remove(request);
                Closed(request, "no answer to BYE");
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
            cancelledAt = host.Now + SipTimers.Timeout;
        }

        SendRequest(SipMethods.Cancel, cseq, ids.Branch(cseq, SipMethods.Cancel), writer.Cancel(cseq, ""));
    }

    private void SendInvite(string authorization)
    {
        cseq = ++lastCSeq;
        hadProvisional = false;
        var bytes = writer.Invite(cseq, authorization);
        invite = new ClientTransaction(SipMethods.Invite, cseq, ids.Branch(cseq, SipMethods.Invite), bytes, settings.IsReliable, host.Now);
        provisionalAt = host.Now + (long)settings.ProvisionalLimit.TotalMilliseconds;
        if (!host.Send(bytes))
        {
            isCancelWanted = true;
            End(new LegEndFacts(LegEnd.NotSent, Text: "the trunk cannot be reached"));
        }
    }

    private void SendBye(SipDialog dialog, string authorization = "")
    {
        dialog.IsOver = true;
        dialog.CSeq = ++lastCSeq;
        var branch = ids.Branch(dialog.CSeq, SipMethods.Bye + dialog.RemoteTag);
        SendRequest(SipMethods.Bye, dialog.CSeq, branch, writer.InDialog(SipMethods.Bye, dialog, dialog.CSeq, authorization, branch));
    }

    private void SendRequest(string method, int number, string branch, ReadOnlyMemory<byte> bytes)
    {
        requests.Add(new ClientTransaction(method, number, branch, bytes, settings.IsReliable, host.Now));
        if (state == LegState.Over)
        {
            // a late phone is hung up with all the repeats that it takes (Timer F)
            goneAt = Math.Max(goneAt, host.Now + SipTimers.Timeout);
        }

        host.Send(bytes);
    }

    /// <summary>A BYE is answered or given up: if it was that of the call, the call is over.</summary>
    private void Closed(ClientTransaction request, string? text)
    {
        if (request.Method == SipMethods.Cancel && isOrphan && text is null && Main is null)
        {
            // there was no such call, or its end is under way: what comes of it is acknowledged while the leg lingers
            End(new LegEndFacts(LegEnd.Cancelled));
            return;
        }

        if (request.Method == SipMethods.Bye && state == LegState.HangingUp && request.Branch == ids.Branch(Main!.CSeq, SipMethods.Bye + Main.RemoteTag))
        {
            End(new LegEndFacts(LegEnd.LocalBye, 200, Text: text, HadRinging: hadRinging, AtRingLimit: isAtRingLimit, Crossed: isCancelWanted));
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
        goneAt = host.Now + SipTimers.Timeout;
        if (facts.How is LegEnd.NoResponse or LegEnd.NotSent)
        {
            // not sent again: who has not heard it by now shall not
            invite?.Proceed();
        }

        host.Tell(this, LegEventKind.Ended, facts);
    }
}
