namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// How far the unfinished message at a stream's beginning was looked through. Without it each byte that trickles in would cost a look
/// at all before it.
/// </summary>
internal struct StreamProgress
{
    /// <summary>In so many bytes the end of the headers is not.</summary>
    public int Searched;

    /// <summary>How long the message is; 0 = not known yet.</summary>
    public int Whole;
}
