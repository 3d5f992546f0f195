using System.Globalization;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>One phone that answered: repeats its 200 until the ACK, asks what the plan says, hangs up or is hung up (RFC 3261 §13.3.1.4, §15).</summary>
internal sealed class ModelDialog
{
    private readonly ModelFarEnd owner;
    private readonly SipMessage invite;
    private readonly List<ModelRequest> requests = [];
    private readonly long began;
    private int lastCSeq;

    public ModelDialog(ModelFarEnd owner, SipMessage invite, string tag)
    {
        (this.owner, this.invite, Tag) = (owner, invite, tag);
        began = owner.Time.Now;
        Answer(SipTimers.T1);
    }

    public string Tag { get; }

    public bool IsAcknowledged { get; private set; }

    /// <summary>BYE came or went.</summary>
    public bool IsOver { get; set; }

    public string Contact => $"sip:{Tag}@192.0.2.77:5099";

    public void Acknowledge()
    {
        if (IsAcknowledged)
        {
            return;
        }

        IsAcknowledged = true;
        foreach (var (method, after) in owner.Plan.Asks)
        {
            owner.Time.After(after, () => Ask(method));
        }
    }

    public bool Take(SipMessage response) => requests.Any(r => r.Take(response));

    public string Text(string method, int cseq, string branch) =>
        $"{method} sip:dialer@192.0.2.9:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.77:5099;branch={branch}\r\nMax-Forwards: 70\r\n"
        + $"From: {invite.First(SipHeader.To)};tag={Tag}\r\nTo: {invite.First(SipHeader.From)}\r\nCall-ID: {invite.CallId}\r\n"
        + string.Create(CultureInfo.InvariantCulture, $"CSeq: {cseq} {method}\r\nContact: <{Contact}>\r\nContent-Length: 0\r\n\r\n");

    private void Answer(long interval)
    {
        if (IsAcknowledged || IsOver)
        {
            return;
        }

        if (owner.Time.Now - began > SipTimers.Timeout)
        {
            Ask(SipMethods.Bye);
            return;
        }

        owner.Send(ModelFarEnd.Response(invite, 200, Tag, $"Contact: <{Contact}>\r\n"));
        owner.Time.After(interval, () => Answer(Math.Min(interval * 2, SipTimers.T2)));
    }

    private void Ask(string method)
    {
        if (IsOver)
        {
            return;
        }

        IsOver = method == SipMethods.Bye;
        requests.Add(new ModelRequest(owner, this, method, ++lastCSeq));
    }
}
