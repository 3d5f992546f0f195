using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A request of ours outside calls (OPTIONS, REGISTER): sent, sent again, answered or given up; a challenge is answered once more
/// than its nonce demands. Lives on a loop like a leg.
/// </summary>
internal sealed class SipInquiry : ISipParty
{
    private readonly SipInquirySettings settings;
    private readonly SipHop hop;
    private readonly SipLoop loop;
    private readonly TaskCompletionSource<SipMessage?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DigestSession digest;
    private readonly long until;
    private ClientTransaction? transaction;
    private int cseq;

    private SipInquiry(SipInquirySettings settings, SipHop hop, SipLoop loop)
    {
        (this.settings, this.hop, this.loop, cseq) = (settings, hop, loop, settings.FirstCSeq);
        digest = new DigestSession(settings.Credentials);
        until = loop.Now + (long)settings.Limit.TotalMilliseconds;
    }

    public string CallId => settings.CallId;

    public bool IsGone { get; private set; }

    public long NextDue => IsGone ? long.MaxValue : Math.Min(until, transaction?.NextDue ?? long.MaxValue);

    /// <summary>The final response; null when none came within the limit or it could not be sent.</summary>
    public static Task<SipMessage?> AskAsync(SipNetwork network, SipHop hop, SipInquirySettings settings)
    {
        var loop = network.LoopOf(settings.CallId);
        var inquiry = new SipInquiry(settings, hop, loop);
        loop.Post(() =>
        {
            loop.Add(inquiry);
            inquiry.Send("");
            loop.Touched(inquiry);
        });
        return inquiry.answer.Task;
    }

    public void Receive(SipMessage message)
    {
        if (message.IsRequest || transaction is null || message.TopVia?.Branch != transaction.Branch)
        {
            return;
        }

        if (message.Status < 200)
        {
            transaction.Proceed();
        }
        else if (message.Status is 401 or 407 && Authorize(message) is { } authorization)
        {
            Send(authorization);
        }
        else
        {
            End(message);
        }
    }

    public void Tick()
    {
        var now = loop.Now;
        transaction?.Tick(now);
        if (until <= now || transaction?.GivenUpAt <= now)
        {
            End(null);
        }
    }

    public void Undelivered(ReadOnlyMemory<byte> message)
    {
        if (transaction?.IsOf(message) == true)
        {
            End(null);
        }
    }

    private void Send(string authorization)
    {
        cseq++;
        var branch = string.Create(CultureInfo.InvariantCulture, $"{SipVia.MagicCookie}{settings.Tag}.{cseq}");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Method} {settings.Uri} SIP/2.0\r\nVia: SIP/2.0/{hop.Transport.ViaToken()} {hop.SentBy};{(hop.IsReliable ? "alias;" : "")}rport;branch={branch}\r\n"
            + $"Max-Forwards: 70\r\n{settings.Route}From: <{settings.From}>;tag={settings.Tag}\r\nTo: <{settings.To}>\r\nCall-ID: {CallId}\r\nCSeq: {cseq} {settings.Method}\r\n"
            + $"{settings.Extra}{authorization}User-Agent: Dialer\r\nContent-Length: 0\r\n\r\n");
        transaction = new ClientTransaction(settings.Method, cseq, branch, Encoding.UTF8.GetBytes(text), hop, loop.Now);
        if (!transaction.Send(this))
        {
            End(null);
        }
    }

    private string? Authorize(SipMessage response) => digest.Take(DigestChallenge.Of(response), mayRepeat: false)
        ? digest.Lines(settings.Method, settings.Uri, Guid.NewGuid().ToString("N"))
        : null;

    private void End(SipMessage? response)
    {
        IsGone = true;
        transaction = null;
        answer.TrySetResult(response);
    }
}
