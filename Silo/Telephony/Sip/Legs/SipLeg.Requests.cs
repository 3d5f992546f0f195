namespace Dialer.Silo.Telephony.Sip;

/// <summary>Requests of the far side within the leg (RFC 3261 §12.2.2).</summary>
internal sealed partial class SipLeg
{
    private const int RememberedReplies = 8;

    /// <summary>Our last answers, for requests that come again.</summary>
    private readonly List<Answered> replies = [];

    /// <summary>To-tags of early dialogs, whose requests are answered too.</summary>
    private readonly List<SipDialog> early = [];

    private void OnRequest(SipMessage request)
    {
        if (request.Method == SipMethods.Ack)
        {
            OnSessionAck(request);
            return;
        }

        if (replies.FirstOrDefault(r => r.Branch == request.TopVia?.Branch && r.CSeq == request.CSeq.Number && r.Method == request.Method) is { } last)
        {
            host.Reply(request, last.Bytes);
            return;
        }

        if (offered is { } pending && pending.Method == request.Method && pending.CSeq.Number == request.CSeq.Number && pending.TopVia?.Branch == request.TopVia?.Branch)
        {
            // it is being answered
            return;
        }

        var dialog = DialogOf(request);
        var (status, reason) = Judge(request, dialog);
        if (dialog is not null && status != 500 && request.Method != SipMethods.Cancel)
        {
            dialog.RemoteCSeq = request.CSeq.Number;
        }

        if (status != 200)
        {
            Reply(request, LegWriter.Response(request, status, reason));
        }
        else if (request.Method is SipMethods.Invite or SipMethods.Update)
        {
            OnSession(request, dialog!);
        }
        else
        {
            Reply(request, LegWriter.Response(request, status, reason));
            if (request.Method == SipMethods.Bye)
            {
                OnBye(request, dialog!);
            }
            else if (request.Method == SipMethods.Cancel)
            {
                OnSessionCancelled(request);
            }
        }
    }

    private SipDialog? DialogOf(SipMessage request)
    {
        var tag = request.From?.Tag;
        return dialogs.FirstOrDefault(d => d.RemoteTag == tag) ?? early.FirstOrDefault(d => d.RemoteTag == tag);
    }

    /// <summary>What to answer: out of order is 500, without a dialog 481, two sessions at once 491, what we do not do 405.</summary>
    private (int Status, string Reason) Judge(SipMessage request, SipDialog? dialog) => request.Method switch
    {
        _ when dialog is null || request.To?.Tag != ids.FromTag => (481, "Call/Transaction Does Not Exist"),
        SipMethods.Cancel => (200, "OK"),
        _ when request.CSeq.Number <= dialog.RemoteCSeq => (500, "Server Internal Error"),
        SipMethods.Bye => (200, "OK"),
        SipMethods.Invite or SipMethods.Update when dialog.IsOver || state == LegState.Over => (481, "Call/Transaction Does Not Exist"),
        // without an offer it is in nobody's way (RFC 3311 §5.2)
        SipMethods.Update when request.Body.IsEmpty => (200, "OK"),
        SipMethods.Invite or SipMethods.Update when IsOfferOpen => (491, "Request Pending"),
        SipMethods.Invite or SipMethods.Update when IsAnswering => (500, "Server Internal Error"),
        SipMethods.Options or SipMethods.Info or SipMethods.Notify or SipMethods.Invite or SipMethods.Update => (200, "OK"),
        _ => (405, "Method Not Allowed"),
    };

    private void Reply(SipMessage request, ReadOnlyMemory<byte> bytes)
    {
        // of one transaction, as two forks may count alike (§17.2.3)
        var branch = request.TopVia?.Branch;
        replies.RemoveAll(r => r.Branch == branch && r.CSeq == request.CSeq.Number && r.Method == request.Method);
        if (replies.Count == RememberedReplies)
        {
            replies.RemoveAt(0);
        }

        replies.Add(new Answered(branch, request.CSeq.Number, request.Method, bytes));
        host.Reply(request, bytes);
    }

    private void OnBye(SipMessage request, SipDialog dialog)
    {
        dialog.IsOver = true;
        if (dialog != Main)
        {
            return;
        }

        var (q850, text) = ReasonOf(request);
        // who is taken for gone and says BYE has hung up: it was on its way
        var isOurs = state == LegState.HangingUp && lostBy is null;
        End(new LegEndFacts(isOurs ? LegEnd.LocalBye : LegEnd.RemoteBye, 200, q850, text, hadRinging, isAtRingLimit, isCancelWanted));
    }

    private sealed record Answered(string? Branch, int CSeq, string Method, ReadOnlyMemory<byte> Bytes);
}
