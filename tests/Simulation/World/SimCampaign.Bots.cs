using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>What answered calls found of their bots goes to the channel; a bot that is down pauses the campaign.</summary>
internal sealed partial class SimCampaign
{
    private readonly Dictionary<BotId, BotDigest> botResults = [];
    private UnixTime botsJudgedFrom;

    private bool HasBotFailures => botResults.Values.Any(r => r.HasFailures);

    private void DigestBot(PermitFreed freed)
    {
        var result = BotDigest.Of(freed.Class, freed.MissedBot);
        if (freed.Bot is { } bot && result.Count > 0
            && row?.Status == CampaignStatus.Running && !isEntering && freed.StartedAt >= botsJudgedFrom)
        {
            botResults[bot] = botResults.GetValueOrDefault(bot).Then(result);
        }
    }

    private void BeginBots(CampaignStatus status)
    {
        if (status == CampaignStatus.Running)
        {
            botResults.Clear();
            botsJudgedFrom = Now;
        }
    }

    private IReadOnlyList<BotReport> TakeBotResults()
    {
        IReadOnlyList<BotReport> taken = [.. botResults.Select(r => new BotReport(r.Key, r.Value))];
        botResults.Clear();
        return taken;
    }

    private void ReturnBotResults(IReadOnlyList<BotReport> sent)
    {
        foreach (var report in sent)
        {
            botResults[report.Bot] = report.Results.Then(botResults.GetValueOrDefault(report.Bot));
        }
    }

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
                return new CampaignStep(Stand, null);
            }

            world.Store.FailedBots[id] = bot.Bot;
            return CampaignMachine.Hold(Stand, BotDown(bot, now));
        });
    }

    /// <summary>Whoever starts or resumes has the bot probed and judged anew, unless something else holds the campaign anyway.</summary>
    private async Task LookUpBotAsync(List<PauseCause> causes, UnixTime now)
    {
        if (row!.Status is not (CampaignStatus.Scheduled or CampaignStatus.Paused))
        {
            return;
        }

        var held = causes.FirstOrDefault(c => c.Code == PauseCodes.ScenarioDown);
        var others = Stand with { Causes = [.. causes.Where(c => c != held)] };
        var isAnew = !others.Blocking.Any();
        var own = row.Settings.Scenario;
        var bot = await world.Cluster.CallChannelAsync(silo, row.Settings.Channel, c => c.CheckBotAsync(own, isAnew));
        var isHeldByThis = held is not null && bot is not null && bot.Bot == world.Store.FailedBots.GetValueOrDefault(id);
        if (held is not null && !(isHeldByThis && !bot!.Answers))
        {
            causes.Remove(held);
            held = null;
        }

        if (held is null && bot is { State: BotState.Down, Answers: false })
        {
            causes.Add(BotDown(bot, now));
        }
    }

    private static PauseCause BotDown(BotHealthView bot, UnixTime now) => new(PauseCodes.ScenarioDown, "The bot is not there.", now, bot.Evidence);
}
