using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What comes from the far side.</summary>
public sealed partial class SipLeg
{
    /// <summary>Rounds of challenges that are answered: more is a server that does not want us.</summary>
    private const int MaxChallenges = 3;

    /// <summary>How often each nonce was used: its next count is one more (RFC 7616 §3.4).</summary>
    private readonly Dictionary<string, int> nonces = new(StringComparer.Ordinal);

    /// <summary>Our answer to the last request, for its repeats: of one transaction, as two forks may count alike (§17.2.3).</summary>
    private (string? Branch, int CSeq, string Method, ReadOnlyMemory<byte> Bytes)? lastReply;
    private int challenges;

    /// <summary>A message with this leg's Call-ID.</summary>
    public void Receive(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (state is LegState.New or LegState.Gone)
        {
            return;
        }

        if (message.IsRequest)
        {
            OnRequest(message);
        }
        else if (message.CSeq.Method == SipMethods.Invite)
        {
            OnInviteResponse(message);
        }
        else if (requests.FirstOrDefault(r => r.Branch == message.TopVia?.Branch && r.Method == message.CSeq.Method) is { } request)
        {
            OnResponse(request, message);
        }
    }

    private void OnInviteResponse(SipMessage response)
    {
        if (response.Status >= 300)
        {
            OnRefusal(response);
        }
        else if (response.Status >= 200)
        {
            OnAnswer(response);
        }
        else if (response.CSeq.Number == cseq && invite is not null && state is LegState.Inviting or LegState.Over)
        {
            // one that comes after its final response was overtaken on the way: there is nothing left to cancel (§9.1)
            OnProvisional(response);
        }
    }

    private void OnProvisional(SipMessage response)
    {
        invite?.Proceed();
        provisionalAt = long.MaxValue;
        hadProvisional = true;
        if (isCancelWanted && Main is null)
        {
            Cancel();
        }

        Acknowledge(response);
        if (response.Status > 100 && state == LegState.Inviting && !hadRinging)
        {
            hadRinging = true;
            host.Tell(this, LegEventKind.Ringing, null);
        }
    }

    private void OnAnswer(SipMessage response)
    {
        if (response.To?.Tag is not { } tag)
        {
            return;
        }

        if (dialogs.FirstOrDefault(d => d.RemoteTag == tag) is { } known)
        {
            // our ACK was lost (§13.2.2.4)
            host.Send(known.Ack);
            return;
        }

        var dialog = SipDialog.Of(response, response.CSeq.Number, settings.Target.ToString())!;
        dialogs.Add(dialog);
        dialog.Ack = writer.InDialog(SipMethods.Ack, dialog, response.CSeq.Number, "", ids.Branch(response.CSeq.Number, SipMethods.Ack + tag));
        host.Send(dialog.Ack);
        invite = null;
        if (state != LegState.Inviting)
        {
            // a fork's second answer, or one that came after we had given up: acknowledged and hung up
            SendBye(dialog);
            return;
        }

        provisionalAt = ringAt = cancelledAt = long.MaxValue;
        state = LegState.Answered;
        host.Tell(this, LegEventKind.Answered, null);
        if (isCancelWanted)
        {
            HangUp();
        }
        else
        {
            talkAt = host.Now + (long)settings.MaxTalk.TotalMilliseconds;
        }
    }

    private void OnRefusal(SipMessage response)
    {
        // every one, also a repeated one (§17.1.1.2)
        host.Send(writer.AckOfRefusal(response.CSeq.Number, response.First(SipHeader.To) ?? ""));
        if (response.CSeq.Number != cseq)
        {
            return;
        }

        invite = null;
        if (state != LegState.Inviting)
        {
            return;
        }

        if (response.Status is 401 or 407 && !isCancelWanted && Authorize(response, SipMethods.Invite, settings.Target.ToString()) is { } authorization)
        {
            SendInvite(authorization);
            return;
        }

        var (q850, text) = ReasonOf(response);
        End(new LegEndFacts(
            isCancelWanted ? LegEnd.Cancelled : LegEnd.Refused, response.Status, q850, text ?? response.Reason, hadRinging, isAtRingLimit));
    }

    private void OnResponse(ClientTransaction request, SipMessage response)
    {
        if (response.Status < 200)
        {
            request.Proceed();
            return;
        }

        requests.Remove(request);
        if (request.Method == SipMethods.Bye
            && response.Status is 401 or 407
            && dialogs.FirstOrDefault(d => d.RemoteTag == response.To?.Tag) is { } dialog
            && Authorize(response, SipMethods.Bye, dialog.RemoteTarget) is { } authorization)
        {
            SendBye(dialog, authorization);
            return;
        }

        Closed(request, null);
    }

    /// <summary>Header lines that answer the response's challenges; null when they cannot be, or were answered before in vain.</summary>
    private string? Authorize(SipMessage response, string method, string uri)
    {
        var found = DigestChallenge.Of(response);
        if (settings.Credentials is not { } credentials || found.Count == 0 || challenges >= MaxChallenges)
        {
            return null;
        }

        challenges++;
        var lines = "";
        foreach (var challenge in found)
        {
            var count = nonces[challenge.Nonce] = nonces.GetValueOrDefault(challenge.Nonce) + 1;
            if (count > 1 && method == SipMethods.Invite)
            {
                // the same nonce again, after our answer: the password is wrong
                return null;
            }

            var answer = credentials.Answer(challenge, method, uri, count, ids.ClientNonce(challenges));
            lines += $"{(challenge.IsProxy ? "Proxy-Authorization" : "Authorization")}: {answer}\r\n";
        }

        return lines;
    }

    private void OnRequest(SipMessage request)
    {
        if (request.Method == SipMethods.Ack)
        {
            OnSessionAck(request);
            return;
        }

        var branch = request.TopVia?.Branch;
        if (lastReply is { } last && last.Branch == branch && last.CSeq == request.CSeq.Number && last.Method == request.Method)
        {
            host.Reply(request, last.Bytes);
            return;
        }

        var dialog = dialogs.FirstOrDefault(d => d.RemoteTag == request.From?.Tag);
        var (status, reason) = Judge(request, dialog);
        var isSession = status == 200 && request.Method is SipMethods.Invite or SipMethods.Update;
        var bytes = isSession ? writer.SessionAnswer(request) : LegWriter.Response(request, status, reason);
        lastReply = (branch, request.CSeq.Number, request.Method, bytes);
        host.Reply(request, bytes);
        if (dialog is not null && status != 500)
        {
            dialog.RemoteCSeq = request.CSeq.Number;
        }

        if (isSession)
        {
            OnSession(request, dialog!, bytes);
        }
        else if (request.Method == SipMethods.Bye && status == 200)
        {
            OnBye(request, dialog!);
        }
    }

    /// <summary>What to answer (§12.2.2): out of order is 500, without a dialog 481, what we do not do 405.</summary>
    private (int Status, string Reason) Judge(SipMessage request, SipDialog? dialog) => request.Method switch
    {
        _ when dialog is null || request.To?.Tag != ids.FromTag => (481, "Call/Transaction Does Not Exist"),
        _ when request.CSeq.Number <= dialog.RemoteCSeq => (500, "Server Internal Error"),
        SipMethods.Invite when sessionAnswer is not null => (500, "Server Internal Error"),
        SipMethods.Invite or SipMethods.Update when dialog.IsOver => (481, "Call/Transaction Does Not Exist"),
        SipMethods.Bye or SipMethods.Options or SipMethods.Info or SipMethods.Notify or SipMethods.Invite or SipMethods.Update => (200, "OK"),
        _ => (405, "Method Not Allowed"),
    };

    private void OnBye(SipMessage request, SipDialog dialog)
    {
        dialog.IsOver = true;
        if (dialog != Main)
        {
            return;
        }

        var (q850, text) = ReasonOf(request);
        var isOurs = state == LegState.HangingUp;
        End(new LegEndFacts(isOurs ? LegEnd.LocalBye : LegEnd.RemoteBye, 200, q850, text, hadRinging, isAtRingLimit, isCancelWanted));
    }

    /// <summary>Q.850 cause and text of a Reason header (RFC 3326).</summary>
    private static (int Q850, string? Text) ReasonOf(SipMessage message)
    {
        foreach (var element in message.Elements(SipHeader.Reason))
        {
            var parts = SipText.Split(element, ';');
            if (parts.Count > 1 && parts[0].Equals("Q.850", StringComparison.OrdinalIgnoreCase))
            {
                var parameters = SipText.Parameters(parts.Skip(1));
                return (int.TryParse(parameters.GetValueOrDefault("cause"), NumberStyles.None, CultureInfo.InvariantCulture, out var cause) ? cause : 0,
                    parameters.GetValueOrDefault("text"));
            }
        }

        return (0, null);
    }
}
