namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A request that waits for its final response (RFC 3261 §17.1): its bytes and way, when it is sent again, when it is given up.
/// </summary>
internal sealed class ClientTransaction(
    string method, int cseq, string branch, ReadOnlyMemory<byte> bytes, SipHop hop, long now, SipDialog? dialog = null, string lines = "")
{
    private long interval = SipTimers.T1;
    private int connection;

    public string Method => method;

    public int CSeq => cseq;

    public string Branch => branch;

    public SipHop Hop => hop;

    /// <summary>The dialog that it belongs to; null for those outside.</summary>
    public SipDialog? Dialog => dialog;

    /// <summary>Its own header lines, for when it is challenged and sent once more.</summary>
    public string Lines => lines;

    public bool IsInvite => method == SipMethods.Invite;

    /// <summary>
    /// When to send again (Timers A and E); never when nothing is due. Over a connection: when to see whether it has ended, which takes
    /// BYE and CANCEL with it; an INVITE may have arrived and is not sent twice (I2).
    /// </summary>
    public long ResendAt { get; private set; } = hop.IsReliable && method == SipMethods.Invite ? long.MaxValue : now + SipTimers.T1;

    /// <summary>Timers B and F.</summary>
    public long GivenUpAt { get; private set; } = now + SipTimers.Timeout;

    /// <summary>When it wants to be looked at next.</summary>
    public long NextDue => Math.Min(ResendAt, GivenUpAt);

    /// <summary>Whether these are its bytes: what the network gives back.</summary>
    public bool IsOf(ReadOnlyMemory<byte> message) => bytes.Equals(message);

    /// <summary>Hands it to the network. False: it cannot be sent.</summary>
    public bool Send(ISipParty sender)
    {
        connection = hop.Connection;
        return hop.Send(bytes, sender);
    }

    /// <summary>A provisional response came: an INVITE is not sent again, other requests each T2 (§17.1.1.2, §17.1.2.2).</summary>
    public void Proceed()
    {
        if (IsInvite)
        {
            ResendAt = GivenUpAt = long.MaxValue;
        }
        else
        {
            interval = SipTimers.T2;
        }
    }

    /// <summary>Sends it again if that is due: the next time comes after twice as long; requests other than INVITE wait T2 at most.</summary>
    public void Tick(long now)
    {
        if (ResendAt > now)
        {
            return;
        }

        interval = IsInvite ? interval * 2 : Math.Min(interval * 2, SipTimers.T2);
        ResendAt = now + interval;
        if (hop.IsReliable && hop.Connection == connection)
        {
            return;
        }

        connection = hop.Connection;
        hop.Send(bytes, null);
    }
}
