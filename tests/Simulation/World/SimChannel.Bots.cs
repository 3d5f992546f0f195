using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Simulation;

/// <summary>The bots of a channel: the real board and health, probes that take their time.</summary>
internal sealed partial class SimChannel
{
    private readonly BotBoard bots = new();
    private readonly Dictionary<BotId, Gate> probes = [];
    private bool isWatchingBots;

    public async Task<BotHealthView?> CheckBotAsync(Scenario? scenario, bool anew)
    {
        if (BotId.Of(scenario ?? row!.Settings.Scenario) is not { } bot)
        {
            return null;
        }

        bots.Use(bot, Elapsed);
        if (anew && (bots.Of(bot).State != BotState.Up || !bots.Of(bot).Answers))
        {
            if (bots.TakeOne(bot, Elapsed))
            {
                Probe(bot);
            }

            await (probes.TryGetValue(bot, out var probe) ? probe.PassAsync() : Task.CompletedTask);
            bots.Anew(bot);
            TellBooks(bot);
        }

        ProbeDueBots();
        return View(bot);
    }

    private BotHealthView? JudgeBot(BundleRequest request)
    {
        foreach (var report in request.Bots)
        {
            bots.Report(report, Elapsed);
            TellBooks(report.Bot);
        }

        if (BotId.Of(request.Scenario ?? row!.Settings.Scenario) is not { } bot)
        {
            return null;
        }

        bots.Use(bot, Elapsed);
        ProbeDueBots();
        return View(bot);
    }

    private TimeSpan RetryAfterProbe(BotHealthView bot) =>
        bot.State == BotState.Unknown && bots.IsProbing(bot.Bot) ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);

    private void ProbeDueBots()
    {
        foreach (var bot in bots.TakeDue(Elapsed))
        {
            Probe(bot);
        }
    }

    private void Probe(BotId bot)
    {
        var gate = probes[bot] = new Gate();
        var since = Elapsed;
        world.Schedule.After(world.Dice.Latency(20, 4000), life, () =>
        {
            probes.Remove(bot);
            var isUp = world.Carrier.ProbeBot(bot);
            if (isUp || IsTrunkThere(since))
            {
                bots.Probed(bot, isUp, "no answer to a probe");
            }
            else
            {
                bots.ProbedInVain(bot);
            }

            world.Say($"a probe of {bot.Address}: it is {bots.Of(bot).State}");
            gate.Open();
        });
        WatchBots();
    }

    private bool IsTrunkThere(TimeSpan since)
    {
        if (!row!.Settings.Breaker)
        {
            return true;
        }

        if (breaker.State != BreakerState.Open && trunk.MustAskFirst(since))
        {
            ProbeNow();
        }

        return breaker.State != BreakerState.Open && trunk.IsUp == true;
    }

    /// <summary>The shell looks each second; here at the instants at which a probe can be due, while bots are in use.</summary>
    private void WatchBots()
    {
        if (isWatchingBots)
        {
            return;
        }

        isWatchingBots = true;
        world.Schedule.After(BotHealth.ProbeElse, life, () =>
        {
            isWatchingBots = false;
            if (!isGone && Elapsed - askedAt < BotBoard.UseLifetime)
            {
                ProbeDueBots();
                WatchBots();
            }
        });
    }

    private BotHealthView View(BotId bot)
    {
        var health = bots.Of(bot);
        var state = health.State == BotState.Down && world.Bug == Bug.BotDownIgnored ? BotState.Up : health.State;
        return new BotHealthView { Bot = bot, State = state, Answers = health.Answers, Evidence = health.Evidence };
    }

    private void TellBooks(BotId bot) => world.Books.BotJudged(row!.Epoch, bot, bots.Of(bot).FailedCalls);
}
