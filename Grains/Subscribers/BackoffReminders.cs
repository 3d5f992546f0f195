using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Subscribers;

/// <summary>
/// The reminders that wake subscribers from the error backoff (P8). The stored due time is the truth: a lost, late or double
/// tick is harmless, a sweep finds what is overdue. So a reminder that cannot be registered is only logged, and beyond a
/// budget none is.
/// </summary>
public sealed partial class BackoffReminders(TimeProvider clock, ILogger<BackoffReminders> logger)
{
    public const string Name = "backoff";

    /// <summary>So many registered by this silo; above it the sweep alone wakes.</summary>
    public const int Budget = 100_000;

    /// <summary>A missed first tick is lost until the next period, so the period is the shortest there is.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>So that a tick is never some milliseconds early.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);

    private int registered;

    public async Task RegisterAsync(Grain grain, UnixTime at)
    {
        ArgumentNullException.ThrowIfNull(grain);
        if (Interlocked.Increment(ref registered) > Budget)
        {
            Interlocked.Decrement(ref registered);
            return;
        }

        try
        {
            var wait = at - clock.Now() + Slack;
            await grain.RegisterOrUpdateReminder(Name, wait > TimeSpan.Zero ? wait : Slack, Period);
        }
        catch (Exception e)
        {
            Interlocked.Decrement(ref registered);
            LogNotRegistered(e.GetType().Name);
        }
    }

    public async Task UnregisterAsync(Grain grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        try
        {
            if (await grain.GetReminder(Name) is { } reminder)
            {
                await grain.UnregisterReminder(reminder);
                Interlocked.Decrement(ref registered);
            }
        }
        catch (Exception e)
        {
            LogNotUnregistered(e.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A backoff reminder could not be registered ({Cause}); the sweep wakes the number")]
    private partial void LogNotRegistered(string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A backoff reminder could not be ended ({Cause}); it ticks once more")]
    private partial void LogNotUnregistered(string cause);
}
