using Dialer.Channels;

namespace Dialer.Tests.Simulation;

/// <summary>
/// P41: nobody is called whose bot has not answered a probe lately, by the bots' own books; nor after the channel in force was told
/// of too many calls without their bot, until somebody starts or resumes.
/// </summary>
internal sealed class BotLaw(DialerWorld world) : Law(world)
{
    /// <summary>What a probe found holds for 90 s; in use it is asked sooner, and a process may stand still meanwhile.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(100);

    /// <summary>Tokens given before hold for a moment; a call may be on its way (P11).</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(3);

    private readonly Dictionary<BotId, UnixTime> answered = [];
    private readonly Dictionary<BotId, UnixTime> down = [];

    public override void BotAnswered(BotId bot) => answered[bot] = World.Now;

    public override void BotsForgotten(long channelEpoch)
    {
        if (IsInForce(channelEpoch))
        {
            down.Clear();
        }
    }

    public override void BotJudged(long channelEpoch, BotId bot, bool isDown)
    {
        if (!IsInForce(channelEpoch))
        {
            return;
        }

        if (isDown)
        {
            down.TryAdd(bot, World.Now);
        }
        else
        {
            down.Remove(bot);
        }
    }

    public override void Dialed(DialFact fact)
    {
        if (fact.IsRefused || BotId.Of(fact.Command.Scenario) is not { } bot)
        {
            return;
        }

        Demand(
            answered.TryGetValue(bot, out var at) && World.Now - at <= Fresh,
            "P41 probe first",
            $"{fact.Command.Id} is dialed for {bot.Address}, which answered last at {answered.GetValueOrDefault(bot)}");
        Demand(
            !down.TryGetValue(bot, out var since) || World.Now - since <= OnItsWay,
            "P41 bot is down",
            $"{fact.Command.Id} is dialed for {bot.Address}, which is down since {down.GetValueOrDefault(bot)}");
    }

    private bool IsInForce(long channelEpoch) => Store.Channels.Values.Any(c => c.Epoch == channelEpoch);
}
