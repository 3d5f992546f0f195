using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Session timers (RFC 4028), and what is due within a call.</summary>
internal sealed partial class SipLeg
{
    /// <summary>The shortest that a session may hold, in seconds (RFC 4028 §4).</summary>
    private const int LeastSession = 90;

    private const int MaxLengthenings = 2;

    private const long RefreshRetryMs = 3_000;

    private const long LongestRefreshRetryMs = 60_000;

    /// <summary>How long after a refresh that came to nothing the next is tried: ever longer, until one succeeds.</summary>
    private long refreshPause = RefreshRetryMs;

    private long refreshAt = long.MaxValue;
    private long expiresAt = long.MaxValue;
    private int sessionSeconds;
    private int lengthenings;
    private bool canUpdate;

    /// <summary>It says that it takes UPDATE, and does not.</summary>
    private bool isUpdateRefused;

    /// <summary>A session timer is agreed upon.</summary>
    private bool hasTimer;

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
            canUpdate = !isUpdateRefused && message.Lists(SipHeader.Allow, SipMethods.Update);
        }

        refreshAt = expiresAt = long.MaxValue;
        refreshPause = RefreshRetryMs;
        hasTimer = false;
        if (message.First(SipHeader.SessionExpires) is not { } text || SipText.LeadingNumber(text) is not ({ } seconds and >= 1))
        {
            CheckLater();
            return;
        }

        hasTimer = true;
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
        if (offerAgainAt <= now && IsAnswering)
        {
            offerAgainAt = now + OfferAgainMs;
        }
        else if (offerAgainAt <= now)
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

    /// <summary>Keeps the session alive: by UPDATE where the far side can, else by INVITE with the session as it is. Without a timer it only asks whether it is there.</summary>
    private void Refresh()
    {
        if (IsOffering || IsAnswering)
        {
            // what is under way refreshes it too, if it succeeds
            RefreshLater();
        }
        else if (state == LegState.Answered && !hasTimer)
        {
            SendInDialog(SipMethods.Options, Main!, "");
        }
        else if (state == LegState.Answered && canUpdate)
        {
            SendUpdate();
        }
        else
        {
            Offer(localSession, RefreshedByOffer, yields: true);
        }
    }

    private void RefreshedByOffer(int status, ReadOnlyMemory<byte> session)
    {
        if (status >= 300)
        {
            RefreshLater();
        }
    }

    private void RefreshLater()
    {
        if (state == LegState.Answered)
        {
            refreshAt = host.Now + refreshPause;
            refreshPause = Math.Min(refreshPause * 2, LongestRefreshRetryMs);
        }
    }

    /// <summary>A far side that knows no session timer is asked whether it is still there, if the settings want that.</summary>
    private void CheckLater()
    {
        if (state == LegState.Answered && settings.ChecksFarSide && settings.SessionExpires > 0)
        {
            refreshAt = host.Now + (settings.SessionExpires * 500L);
        }
    }

    /// <summary>An UPDATE or OPTIONS of ours within the call is over. Null: no answer came.</summary>
    private void OnRefreshed(string method, SipMessage? response)
    {
        if (response?.Status is 408 or 481 || (response is null && method == SipMethods.Options))
        {
            Leave($"{(response is null ? "no answer" : response.Status)} to {method} within the call");
        }
        else if (method == SipMethods.Options)
        {
            // whatever it says, it is there
            CheckLater();
        }
        else if (response?.Status is >= 200 and < 300)
        {
            digest.Forget();
            TakeSessionTimer(response);
        }
        else
        {
            if (response?.Status == 422)
            {
                LengthenSession(response);
            }

            // by INVITE in a while, unless it was only the wrong moment: there is time until the session runs out
            isUpdateRefused |= response?.Status is not (491 or 500);
            canUpdate &= !isUpdateRefused;
            RefreshLater();
        }
    }

    private void SendUpdate()
    {
        var lines = string.Create(CultureInfo.InvariantCulture, $"Session-Expires: {sessionSeconds};refresher=uac\r\nMin-SE: {Math.Max(LeastSession, leastSession)}\r\n");
        SendInDialog(SipMethods.Update, Main!, writer.SessionHeaders(HopTo(Main!)) + lines);
    }
}
