using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;

namespace Dialer.Grains.Channels;

/// <summary>Whether the trunk is there (P42).</summary>
internal sealed partial class ChannelGrain
{
    /// <summary>Probes while campaigns use the channel, sooner when it is down (P42).</summary>
    private async Task WatchAsync(CancellationToken cancel)
    {
        ProbeDueBots();
        var isUsed = Elapsed - askedAt < TimeSpan.FromSeconds(60);
        var isStuckOnTrial = breaker.State == BreakerState.HalfOpen && clock.Now() - breaker.TrialSince > Breaker.TrialLimit;
        if (row?.DeletedAt.IsNone == true && row.Settings.Breaker && (isUsed || isStuckOnTrial) && Elapsed - probedAt >= breaker.ProbeInterval)
        {
            await ProbeNowAsync();
        }
    }

    /// <summary>One at a time: whoever asks meanwhile waits for the answer that is on its way. Never fails.</summary>
    private Task ProbeNowAsync() => trunkProbe.IsCompleted ? trunkProbe = AskTrunkAsync() : trunkProbe;

    private async Task AskTrunkAsync()
    {
        probedAt = Elapsed;
        TrunkHealth health;
        try
        {
            using var limit = new CancellationTokenSource(ProbeLimit, clock);
            health = await desk.DriverFor(Id, row!.Settings).ProbeAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            health = new TrunkHealth(false, "no answer to a probe");
        }
        catch (Exception e)
        {
            // whatever it was, a trunk that could not be asked is not known to be there
            health = new TrunkHealth(false, e.Message);
        }

        trunk = new TrunkProbe(health.IsUp, probedAt);
        probeFault = health.IsUp ? null : health.Evidence ?? "no answer to a probe";
        if (row!.Settings.Breaker)
        {
            Become(breaker.Probed(health.IsUp, health.Evidence, clock.Now()));
        }
    }
}
