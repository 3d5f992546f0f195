namespace Dialer.Tests.Simulation;

/// <summary>
/// A periodic look that slows down while nothing happens and is stirred when something does: days of a quiet world cost little,
/// and a look that finds nothing may be left out without harm.
/// </summary>
internal sealed class Rhythm(DialerWorld world, Life life, TimeSpan period)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private TaskCompletionSource? waiting;
    private TimeSpan wait;
    private long dueMs;
    private int armed;

    public Task NextAsync(bool isBusy)
    {
        wait = isBusy ? period : TimeSpan.FromTicks(Math.Clamp(2 * wait.Ticks, period.Ticks, Longest.Ticks));
        waiting = new TaskCompletionSource();
        Arm(wait);
        return waiting.Task;
    }

    public void Stir()
    {
        if (waiting is not null && dueMs > world.Schedule.NowMs + period.TotalMilliseconds)
        {
            wait = period;
            Arm(period);
        }
    }

    private void Arm(TimeSpan after)
    {
        var mine = ++armed;
        dueMs = world.Schedule.NowMs + (long)after.TotalMilliseconds;
        world.Schedule.After(after, life, () =>
        {
            if (mine == armed && waiting is { } now)
            {
                waiting = null;
                now.SetResult();
            }
        });
    }
}
