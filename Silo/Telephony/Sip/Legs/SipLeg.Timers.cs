using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Session timers (RFC 4028), and what is due within a call.</summary>
internal sealed partial class SipLeg
{
    /// <summary>The shortest that a session may hold, in seconds (RFC 4028 §4).</summary>
    private const int LeastSession = 90;

    private const int MaxLengthenings = 2;

    private const long RefreshRetryMs = 3_000;

    private long refreshAt = long.MaxValue;
    private long expiresAt = long.MaxValue;
    private int sessionSeconds;
    private int lengthenings;
    private bool canUpdate;

    private long SessionsDue => Math.Min(
        Math.Min(Math.Min(refreshAt, expiresAt), offerAgainAt),
        Math.Min(
            sessionAnswer is { } answer ? Math.Min(answer.ResendAt, answer.GivenUpAt) : long.MaxValue,
            offer?.Transaction is { } own ? Math.Min(own.NextDue, offer.Until) : long.MaxValue));

    /// <summary>How long we want sessions to hold; empty = we ask for no timer.</summary>
    private string SessionTimerLines => settings.SessionExpires == 0
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Session-Expires: {Math.Max(settings.SessionExpires, sessionSeconds)}\r\nMin-SE: {Math.Max(LeastSession, leastSession)}\r\n");

    private int leastSession;

    /// <summary>422: the far side wants sessions that hold longer (§7.4). False: it was asked often enough.</summary>
    private bool LengthenSession(SipMessage response)
    {
        if (settings.SessionExpires == 0
            || lengthenings++ >= MaxLengthenings
            || response.Number(SipHeader.MinSe) is not { } least
            || least <= Math.Max(settings.SessionExpires, sessionSeconds))
        {
            // as long as that was asked for already: the same again would be refused again
            return false;
        }

        leastSession = Math.Max(leastSession, least);
        sessionSeconds = Math.Max(sessionSeconds, Math.Max(settings.SessionExpires, least));
        return true;
    }

    /// <summary>Who refreshes the session and until when, as a 2xx or a request of the far side's says (§7.2, §9).</summary>
    private void TakeSessionTimer(SipMessage message)
    {
        if (message.Has(SipHeader.Allow))
        {
            canUpdate = message.Lists(SipHeader.Allow, SipMethods.Update);
        }

        refreshAt = expiresAt = long.MaxValue;
        if (message.First(SipHeader.SessionExpires) is not { } text || SipText.LeadingNumber(text) is not ({ } seconds and >= 1))
        {
            return;
        }

        sessionSeconds = seconds;
        var parameters = SipText.Parameters(SipText.Split(text, ';').Skip(1));
        // in a response refresher=uac is we, in a request it is the far side; who is named nowhere had better be we
        var refresher = parameters.GetValueOrDefault("refresher", "");
        var isOurs = message.IsRequest
            ? refresher.Equals("uas", StringComparison.OrdinalIgnoreCase) || (refresher.Length == 0 && !message.Lists(SipHeader.Supported, "timer"))
            : !refresher.Equals("uas", StringComparison.OrdinalIgnoreCase);
        if (isOurs)
        {
            refreshAt = host.Now + (seconds * 500L);
        }

        expiresAt = host.Now + (seconds * 1_000L) - Math.Min(32_000L, seconds * 1_000L / 3);
    }

    private void TickSessions(long now)
    {
        if (sessionAnswer is { } answer)
        {
            if (answer.GivenUpAt <= now)
            {
                // nobody acknowledges: the far side is gone (RFC 3261 §14.2)
                sessionAnswer = null;
                Leave("no ACK of a session");
            }
            else
            {
                answer.Tick(now, host);
            }
        }

        TickOffer(now);
        if (expiresAt <= now)
        {
            // nobody refreshed it in time (§10)
            expiresAt = refreshAt = long.MaxValue;
            Leave("the session was not refreshed");
        }
        else if (refreshAt <= now)
        {
            refreshAt = long.MaxValue;
            Refresh();
        }
    }

    private void TickOffer(long now)
    {
        if (offerAgainAt <= now)
        {
            offerAgainAt = long.MaxValue;
            if (offer is not null && state == LegState.Answered)
            {
                SendOffer("");
            }
        }
        else if (offer?.Transaction is { } own)
        {
            own.Tick(now);
            if (own.GivenUpAt <= now || offer.Until <= now)
            {
                Leave("no answer to a session offered anew");
                EndOffer(408);
            }
        }
    }

    /// <summary>Keeps the session alive: by UPDATE where the far side can, else by INVITE with the session as it is.</summary>
    private void Refresh()
    {
        if (state != LegState.Answered || IsOffering || IsAnswering)
        {
            // whatever is under way refreshes it too
            return;
        }

        if (!canUpdate)
        {
            Offer(localSession, static (_, _) => { });
            return;
        }

        SendUpdate();
    }

    /// <summary>Null: no answer came.</summary>
    private void OnRefreshed(SipMessage? response)
    {
        if (response?.Status is 408 or 481)
        {
            Leave($"{response.Status} to a session's refresh");
        }
        else if (response?.Status is >= 200 and < 300)
        {
            digest.Forget();
            TakeSessionTimer(response);
        }
        else if (state == LegState.Answered)
        {
            // by INVITE in a while: there is time until the session runs out
            canUpdate &= response?.Status is not (405 or 501) and not null;
            refreshAt = host.Now + RefreshRetryMs;
        }
    }

    private void SendUpdate()
    {
        var lines = string.Create(CultureInfo.InvariantCulture, $"Session-Expires: {sessionSeconds};refresher=uac\r\nMin-SE: {Math.Max(LeastSession, leastSession)}\r\n");
        SendInDialog(SipMethods.Update, Main!, writer.SessionHeaders(HopTo(Main!)) + lines);
    }
}
