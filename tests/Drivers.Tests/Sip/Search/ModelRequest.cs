using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>A request of the far end's own until its final response (RFC 3261 §17.1), with the ACK of an INVITE.</summary>
internal sealed class ModelRequest
{
    private readonly ModelFarEnd owner;
    private readonly ModelDialog dialog;
    private readonly string method;
    private readonly int cseq;
    private readonly string branch;
    private readonly long began;
    private bool isProceeding;
    private bool isOver;

    public ModelRequest(ModelFarEnd owner, ModelDialog dialog, string method, int cseq)
    {
        (this.owner, this.dialog, this.method, this.cseq) = (owner, dialog, method, cseq);
        branch = $"z9hG4bK{dialog.Tag}{method}{cseq}";
        began = owner.Time.Now;
        Send(SipTimers.T1);
    }

    /// <summary>True: the response was to this one.</summary>
    public bool Take(SipMessage response)
    {
        if (response.TopVia?.Branch != branch)
        {
            return false;
        }

        isProceeding = true;
        isOver |= response.Status >= 200;
        if (isOver && method == SipMethods.Invite)
        {
            owner.Send(dialog.Text(SipMethods.Ack, cseq, response.Status < 300 ? branch + "ack" : branch));
        }

        return true;
    }

    private void Send(long interval)
    {
        if (isOver || (isProceeding && method == SipMethods.Invite) || owner.Time.Now - began > SipTimers.Timeout)
        {
            return;
        }

        owner.Send(dialog.Text(method, cseq, branch));
        var next = method == SipMethods.Invite ? interval * 2 : Math.Min(interval * 2, SipTimers.T2);
        owner.Time.After(interval, () => Send(next));
    }
}
