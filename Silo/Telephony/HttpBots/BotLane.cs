namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>
/// The events on their way to one bot: so many at once, and so many that wait. One bot that is slow takes nothing from another.
/// </summary>
internal sealed class BotLane : IDisposable
{
    /// <summary>Requests to one bot at once.</summary>
    public const int Width = 256;

    /// <summary>Events of one bot that may wait for their turn.</summary>
    public const int MaxWaiting = 20_000;

    private readonly SemaphoreSlim turns = new(Width, Width);
    private int waiting;

    /// <summary>Waits for a turn, at most for <paramref name="limit"/>. False: there is none.</summary>
    public async Task<bool> EnterAsync(TimeSpan limit, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return false;
        }

        try
        {
            return await turns.WaitAsync(limit, cancel);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    public void Leave() => turns.Release();

    public void Dispose() => turns.Dispose();
}
