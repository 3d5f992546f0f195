using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Responses of the far side.</summary>
internal sealed partial class SipLeg
{
    private const int MaxDialogs = 32;

    private const int MaxText = 200;

    public void Receive(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (state is LegState.New or LegState.Gone)
        {
            return;
        }

        host.Seen(this, message);
        if (message.IsRequest)
        {
            OnRequest(message);
        }
        else if (message.CSeq.Method == SipMethods.Invite)
        {
            if (message.From?.Tag != ids.FromTag)
            {
                // not an answer to anything of ours: whoever knows a Call-ID does not know our tags
                return;
            }

            if (IsOfOffer(message))
            {
                OnOfferResponse(message);
            }
            else
            {
                OnInviteResponse(message);
            }
        }
        else if (RequestOf(message) is { } request)
        {
            OnResponse(request, message);
        }
    }

    /// <summary>The request that a response answers. An orphan's go to several targets under one branch: there the sender tells them apart.</summary>
    private ClientTransaction? RequestOf(SipMessage response) => requests.FirstOrDefault(r =>
        r.Branch == response.TopVia?.Branch
        && r.Method == response.CSeq.Method
        && (!isOrphan || host.AllHops.Count == 1 || response.Source is null || r.Hop.Name == response.Source.Address.ToString()));

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

        var number = response.CSeq.Number;
        if (dialogs.FirstOrDefault(d => d.RemoteTag == tag) is { } known)
        {
            // our ACK was lost (§13.2.2.4), or waits for the session that is to go with it
            if (known.Acks.TryGetValue(number, out var ack))
            {
                HopTo(known).Send(ack, null);
            }

            return;
        }

        if (dialogs.Count == MaxDialogs)
        {
            // no fork has so many phones: a trunk that answers for ever shall not keep the leg for ever
            return;
        }

        var dialog = SipDialog.Of(response, number, settings.Target.ToString())!;
        dialogs.Add(dialog);
        invite = null;
        var isFirst = state == LegState.Inviting;
        if (isFirst && settings.Offer is null)
        {
            unconfirmed = new Unconfirmed(dialog, number, response.Body);
        }
        else
        {
            SendAck(dialog, number, settings.Offer is null ? settings.AnswerTo(response.Body) : "");
        }

        if (!isFirst)
        {
            // a fork's second answer, or one that came after we had given up: acknowledged and hung up
            SendBye(dialog);
            return;
        }

        provisionalAt = ringAt = cancelledAt = long.MaxValue;
        endedAt = null;
        state = LegState.Answered;
        RemoteSession = response.Body.IsEmpty ? early.FirstOrDefault(d => d.RemoteTag == tag)?.Session ?? default : response.Body;
        localSession = settings.Offer;
        digest.Forget();
        TakeSessionTimer(response);
        if (!isCancelWanted)
        {
            talkAt = host.Now + (long)settings.MaxTalk.TotalMilliseconds;
        }

        host.Tell(this, LegEventKind.Answered, null);
        if (isCancelWanted)
        {
            HangUp();
        }
    }

    private void OnRefusal(SipMessage response)
    {
        // every one, also a repeated one (§17.1.1.2)
        var number = response.CSeq.Number;
        var hop = HopOf(number);
        hop.Send(writer.AckOfRefusal(hop, number, response.First(SipHeader.To) ?? ""), null);
        if (isOrphan)
        {
            // the far side ends what the lost process had begun
            End(new LegEndFacts(LegEnd.Cancelled, response.Status));
            return;
        }

        if (number != cseq || invite is null)
        {
            return;
        }

        invite = null;
        if (state != LegState.Inviting)
        {
            return;
        }

        if (!isCancelWanted && Amended(response) is { } extra)
        {
            SendInvite(extra);
            return;
        }

        var (q850, text) = ReasonOf(response);
        if (response.Status == 503 && q850 == 0 && TryNextTarget())
        {
            return;
        }

        End(new LegEndFacts(
            isCancelWanted ? LegEnd.Cancelled : LegEnd.Refused, response.Status, q850, text ?? Printable(response.Reason), hadRinging, isAtRingLimit));
    }

    /// <summary>Header lines with which the INVITE may be sent once more after this refusal (challenge, 422); null = it may not.</summary>
    private string? Amended(SipMessage response) => response.Status switch
    {
        401 or 407 => Authorize(response),
        422 => LengthenSession(response) ? Prove() : null,
        _ => null,
    };

    private void OnResponse(ClientTransaction request, SipMessage response)
    {
        if (response.Status < 200)
        {
            request.Proceed();
            return;
        }

        requests.Remove(request);
        if (request.Dialog is { } dialog
            && response.Status is 401 or 407
            && Authorize(response, request.Method, dialog) is { } authorization)
        {
            SendInDialog(request.Method, dialog, request.Lines, authorization);
            return;
        }

        if (request.Method == SipMethods.Prack && response.Status < 300)
        {
            digest.BeginAnew();
        }

        if (request.Method is SipMethods.Update or SipMethods.Options)
        {
            OnRefreshed(request.Method, response);
        }

        Closed(request, response.Status);
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
                return (int.TryParse(parameters.GetValueOrDefault("cause"), NumberStyles.None, CultureInfo.InvariantCulture, out var cause) && cause is > 0 and < 128 ? cause : 0,
                    Printable(parameters.GetValueOrDefault("text")));
            }
        }

        return (0, null);
    }

    /// <summary>A text of the far side's as it may be stored and shown: without control characters, and not a book.</summary>
    private static string? Printable(string? text) => text is null ? null : string.Concat(text.Where(c => !char.IsControl(c)).Take(MaxText));
}
