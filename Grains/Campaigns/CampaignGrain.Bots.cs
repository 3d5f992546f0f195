using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;

namespace Dialer.Grains.Campaigns;

/// <summary>What answered calls found of their bots goes to the channel; a bot that is down pauses the campaign (P12, P13, P41).</summary>
internal sealed partial class CampaignGrain
{
    private readonly Dictionary<BotId, BotDigest> botResults = [];

    /// <summary>
    /// When the campaign began to run this time. Calls dialed before it say nothing of the bot or of funds: they are those for which it
    /// was paused (P13).
    /// </summary>
    private UnixTime runsFrom;

    private bool HasBotFailures => botResults.Values.Any(r => r.HasFailures);

    private void DigestBot(PermitFreed freed)
    {
        var result = BotDigest.Of(freed.Class, freed.MissedBot);
        if (freed.Bot is { } bot && result.Count > 0
            && row?.Status == CampaignStatus.Running && !isEntering && freed.StartedAt >= runsFrom)
        {
            botResults[bot] = botResults.GetValueOrDefault(bot).Then(result);
        }
    }

    /// <summary>The campaign begins to run: bots are judged by the calls from here on.</summary>
    private void BeginBots(CampaignStatus status)
    {
        if (status == CampaignStatus.Running)
        {
            botResults.Clear();
            runsFrom = clock.Now();
        }
    }

    private IReadOnlyList<BotReport> TakeBotResults()
    {
        if (botResults.Count == 0)
        {
            return [];
        }

        IReadOnlyList<BotReport> taken = [.. botResults.Select(r => new BotReport(r.Key, r.Value))];
        botResults.Clear();
        return taken;
    }

    /// <summary>A report did not arrive: it goes before what was found since.</summary>
    private void ReturnBotResults(IReadOnlyList<BotReport> sent)
    {
        foreach (var report in sent)
        {
            botResults[report.Bot] = report.Results.Then(botResults.GetValueOrDefault(report.Bot));
        }
    }

    /// <summary>The channel told that the bot is down: paused, unless the conditions have changed since it was asked.</summary>
    private async Task PauseForBotAsync(BotHealthView? bot, long epoch)
    {
        if (bot?.State != BotState.Down || row!.Status != CampaignStatus.Running)
        {
            return;
        }

        await ChangeAsync(now =>
        {
            if (row!.Epoch != epoch || row.Status != CampaignStatus.Running)
            {
                return Task.FromResult<Answer<CampaignStep>>(new CampaignStep(Stand, null));
            }

            // written with the cause
            state.State.FailedBot = bot.Bot;
            return Task.FromResult<Answer<CampaignStep>>(CampaignMachine.Hold(Stand, BotDown(bot, now)));
        });
    }

    /// <summary>
    /// The cause is mended when its bot answers a probe, or another one is in force (P15). Whoever starts or resumes has the bot probed
    /// and judged anew, unless something else holds the campaign anyway.
    /// </summary>
    private async Task LookUpBotAsync(List<PauseCause> causes, bool isAsked, UnixTime now)
    {
        var held = causes.FirstOrDefault(c => c.Code == PauseCodes.ScenarioDown);
        if (row!.Status is not (CampaignStatus.Scheduled or CampaignStatus.Paused) || (held is null && !isAsked))
        {
            return;
        }

        var others = Stand with { Causes = [.. causes.Where(c => c != held)] };
        var bot = await GrainFactory.GetGrain<IChannelGrain>(row.Settings.Channel.Value)
            .CheckBotAsync(row.Settings.Scenario, anew: isAsked && !others.Blocking.Any());
        var isHeldByThis = held is not null && bot is not null && bot.Bot == state.State.FailedBot;
        if (held is not null && !(isHeldByThis && !bot!.Answers))
        {
            causes.Remove(held);
            held = null;
        }

        if (held is null && isAsked && bot is { State: BotState.Down, Answers: false })
        {
            causes.Add(BotDown(bot, now));
        }
    }

    private static PauseCause BotDown(BotHealthView bot, UnixTime now) => new(
        PauseCodes.ScenarioDown,
        $"The bot is not there: {bot.Evidence}. Nobody is called to hear silence; mend the bot, then resume.",
        now,
        bot.Evidence);
}
