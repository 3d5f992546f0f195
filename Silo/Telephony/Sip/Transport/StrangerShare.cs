namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// How many messages of strangers are looked at: beyond that they wait or are lost, so that they take little of what calls need. Not
/// exact when several threads count at once, and need not be.
/// </summary>
internal sealed class StrangerShare
{
    /// <summary>More than all trunks ask for; their calls are no strangers.</summary>
    private const int PerSecond = 2_000;

    private const int WindowMs = 100;
    private const int PerWindow = PerSecond * WindowMs / 1_000;

    private long window;
    private int used;

    /// <summary>False: it is used up for now.</summary>
    public bool TryTake()
    {
        var now = Environment.TickCount64 / WindowMs;
        if (now != window)
        {
            (window, used) = (now, 0);
        }

        return ++used <= PerWindow;
    }
}
