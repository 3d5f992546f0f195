using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Channels;

/// <summary>
/// The bots that answered calls are connected to (P41). Probes run beside everything else: one that hangs holds back the campaigns of
/// its own bot only.
/// </summary>
internal sealed partial class ChannelGrain
{
    /// <summary>A bot that takes as long to say that it is there would be too late for a call (P41).</summary>
    private static readonly TimeSpan BotProbeLimit = TimeSpan.FromSeconds(5);

    private readonly BotBoard bots = new();
    private readonly Dictionary<BotId, Task> probes = [];

    public async Task<BotHealthView?> CheckBotAsync(Scenario? scenario, bool anew)
    {
        if (row is null || !row.DeletedAt.IsNone || BotId.Of(scenario ?? row.Settings.Scenario) is not { } bot)
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

            await probes.GetValueOrDefault(bot, Task.CompletedTask);
            bots.Anew(bot);
        }

        ProbeDueBots();
        return View(bot);
    }

    /// <summary>Takes what calls found, and answers how the bot of this campaign stands; null when it has none.</summary>
    private BotHealthView? JudgeBot(BundleRequest request)
    {
        foreach (var report in request.Bots)
        {
            var before = bots.Of(report.Bot).State;
            bots.Report(report, Elapsed);
            LogIfChanged(report.Bot, before);
        }

        if (BotId.Of(request.Scenario ?? row!.Settings.Scenario) is not { } bot)
        {
            return null;
        }

        bots.Use(bot, Elapsed);
        ProbeDueBots();
        return View(bot);
    }

    /// <summary>A first probe is answered in a moment; one that was lost is followed by the next in seconds.</summary>
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
        var probe = ProbeAsync(bot);
        if (!probe.IsCompleted)
        {
            probes[bot] = probe;
        }
    }

    private async Task ProbeAsync(BotId bot)
    {
        var askedAt = Elapsed;
        TrunkHealth health;
        try
        {
            using var limit = new CancellationTokenSource(BotProbeLimit, clock);
            health = await desk.DriverFor(Id, row!.Settings).ProbeBotAsync(bot.Address, limit.Token);
        }
        catch (OperationCanceledException)
        {
            health = new TrunkHealth(false, "no answer to a probe");
        }
        catch (Exception e)
        {
            // whatever it was, a bot that could not be asked is not known to be there
            health = new TrunkHealth(false, e.Message);
        }

        var counts = health.IsUp || await IsTrunkThereAsync(askedAt);
        probes.Remove(bot);
        var before = bots.Of(bot).State;
        if (counts)
        {
            bots.Probed(bot, health.IsUp, health.Evidence);
        }
        else
        {
            bots.ProbedInVain(bot, isTrunkOut: breaker.State == BreakerState.Open);
        }

        LogIfChanged(bot, before);
    }

    /// <summary>Whether a bot's probe that was sent then is lost by the bot, and not with its trunk (P42).</summary>
    private async Task<bool> IsTrunkThereAsync(TimeSpan since)
    {
        if (!row!.Settings.Breaker)
        {
            // nobody probes such a trunk
            return true;
        }

        while (breaker.State != BreakerState.Open && trunk.MustAskFirst(since))
        {
            await ProbeNowAsync();
        }

        return breaker.State != BreakerState.Open && trunk.IsUp == true;
    }

    private BotHealthView View(BotId bot)
    {
        var health = bots.Of(bot);
        return new BotHealthView { Bot = bot, State = health.State, Answers = health.Answers, Evidence = health.Evidence };
    }

    private void LogIfChanged(BotId bot, BotState before)
    {
        var health = bots.Of(bot);
        if (health.State != before)
        {
            LogBot(Id, health.State, health.Evidence ?? "-");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Channel {Channel}: a bot is {State} ({Evidence})")]
    private partial void LogBot(ChannelId channel, BotState state, string evidence);
}
