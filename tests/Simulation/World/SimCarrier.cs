using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;

namespace Dialer.Tests.Simulation;

/// <summary>How a person or a number behaves, drawn once: weights of outcomes, and what the bot may hear.</summary>
internal sealed record Callee
{
    public int Answers { get; init; } = 50;

    public int Busy { get; init; } = 15;

    public int NoAnswer { get; init; } = 15;

    public int Rejects { get; init; } = 5;

    public int Unreachable { get; init; } = 5;

    public int Technical { get; init; } = 5;

    public bool IsNonexistent { get; init; }
}

/// <summary>The far side: rings people, keeps its own books of what it was asked to do. No process of the dialer owns it.</summary>
internal sealed class SimCarrier(DialerWorld world)
{
    private readonly HashSet<TryId> refused = [];

    public Dictionary<TryId, CarrierCall> Calls { get; } = [];

    public IEnumerable<CarrierCall> Live => Calls.Values.Where(c => !c.IsOver);

    public bool IsAway { get; set; }

    /// <summary>Answered calls meet silence.</summary>
    public bool AreBotsAway { get; set; }

    /// <summary>Bots that take no calls may answer probes all the same.</summary>
    public bool AreProbesLost { get; set; }

    public void BringBotsBack() => AreBotsAway = AreProbesLost = false;

    /// <summary>An OPTIONS to a bot: whether it answers.</summary>
    public bool ProbeBot(BotId bot)
    {
        if (!AreProbesLost)
        {
            world.Books.BotAnswered(bot);
        }

        return !AreProbesLost;
    }

    /// <summary>An INVITE. Not taken: the end of this call was asked for before it came.</summary>
    public bool Dial(DialCommand command, ChannelId channel, SimDriver driver)
    {
        world.Books.Dialed(command, channel, refused.Contains(command.Id));
        if (refused.Contains(command.Id) || Calls.ContainsKey(command.Id))
        {
            return false;
        }

        var call = new CarrierCall(command, channel, driver, world.Schedule.NowMs);
        Calls.Add(call.Id, call);
        Plan(call);
        return true;
    }

    /// <summary>CANCEL or BYE of its own driver.</summary>
    public void HangUp(TryId id)
    {
        if (Calls.TryGetValue(id, out var call) && !call.IsOver)
        {
            End(call, call.AnsweredAt.IsNone ? CallClass.Cancelled : CallClass.Answered, EndedBy.Ourselves, isTold: true);
        }
    }

    /// <summary>Ends what a lost process left behind, and takes this try no more (P30). False: not confirmed.</summary>
    public bool EndOrphan(TryId id)
    {
        if (world.Fault(f => f.OrphanUnconfirmed))
        {
            return false;
        }

        refused.Add(id);
        if (Calls.TryGetValue(id, out var call) && !call.IsOver)
        {
            End(call, CallClass.Cancelled, EndedBy.Ourselves, isTold: false);
        }

        return true;
    }

    private void Plan(CarrierCall call)
    {
        var callee = world.CalleeOf(call.Phone);
        var ring = world.Dice.Between(TimeSpan.FromMilliseconds(300), call.Command.RingLimit * 0.9);
        if (IsAway)
        {
            world.Schedule.After(world.Dice.Between(5, 800), null, () => End(call, CallClass.Technical, EndedBy.Network, isTold: true, isChannelClass: true));
            return;
        }

        var outcome = callee.IsNonexistent ? CallClass.Nonexistent : Draw(callee);
        if (outcome == CallClass.Answered)
        {
            world.Schedule.After(ring, null, () => Answer(call));
            return;
        }

        var takes = outcome == CallClass.NoAnswer ? (long)call.Command.RingLimit.TotalMilliseconds : ring;
        var isChannelClass = outcome == CallClass.Technical && world.Dice.Chance(300);
        call.HasRung = outcome != CallClass.Technical || takes > 5000;
        world.Schedule.After(takes, null, () => End(call, outcome, outcome == CallClass.Technical ? EndedBy.Network : EndedBy.Callee, isTold: true, isChannelClass));
    }

    private CallClass Draw(Callee callee)
    {
        (CallClass Class, int Weight)[] weights =
        [
            (CallClass.Answered, callee.Answers), (CallClass.Busy, callee.Busy), (CallClass.NoAnswer, callee.NoAnswer),
            (CallClass.Rejected, callee.Rejects), (CallClass.Unreachable, callee.Unreachable), (CallClass.Technical, callee.Technical),
        ];
        var ball = world.Dice.Between(1, weights.Sum(w => w.Weight));
        foreach (var (found, weight) in weights)
        {
            ball -= weight;
            if (ball <= 0)
            {
                return found;
            }
        }

        return CallClass.NoAnswer;
    }

    private void Answer(CarrierCall call)
    {
        if (call.IsOver)
        {
            return;
        }

        call.AnsweredAt = world.Now;
        call.HasRung = true;
        world.Books.AnsweredAtCarrier(call);
        call.Driver.Answered(call);
        var isShort = world.Dice.Chance(300);
        var talk = isShort ? world.Dice.Between(1, 8_000) : world.Dice.Between(TimeSpan.FromSeconds(1), call.Command.MaxTalk);
        var isBotAway = AreBotsAway && BotId.Of(call.Command.Scenario) is not null;
        var outcome = world.Dice.Chance(world.BotFailsPerMille) || isBotAway ? CallClass.BotFailed : CallClass.Answered;
        // a driver that loses the link in the middle of a talk may tell a technical end; the answer outweighs it (P41)
        outcome = world.Dice.Chance(30) ? CallClass.Technical : outcome;
        world.Bots.Speak(call, TimeSpan.FromMilliseconds(talk));
        world.Schedule.After(talk, null, () => End(call, outcome, world.Dice.One(EndedBy.Callee, EndedBy.Bot), isTold: true));
    }

    private void End(CarrierCall call, CallClass outcome, EndedBy by, bool isTold, bool isChannelClass = false)
    {
        if (call.IsOver)
        {
            return;
        }

        if (call.AnsweredAt.IsNone)
        {
            // told of the failure, its bot may ask for a redial
            world.Bots.Speak(call, TimeSpan.FromSeconds(20));
        }

        call.IsOver = true;
        call.EndedAt = world.Now;
        world.Books.EndedAtCarrier(call);
        if (isTold)
        {
            call.Driver.Ended(call, outcome, by, isChannelClass, outcome == CallClass.BotFailed ? null : world.DrawBotReply(call));
        }
    }
}

/// <summary>One call in the carrier's books.</summary>
internal sealed class CarrierCall(DialCommand command, ChannelId channel, SimDriver driver, long startedMs)
{
    public DialCommand Command => command;

    public TryId Id => command.Id;

    public CampaignId Campaign => command.Campaign;

    public PhoneNumber Phone => command.To;

    public ChannelId Channel => channel;

    public SimDriver Driver => driver;

    public UnixTime StartedAt => new(startedMs);

    public UnixTime AnsweredAt { get; set; }

    /// <summary>Whether the phone rings before its end comes.</summary>
    public bool HasRung { get; set; }

    public UnixTime EndedAt { get; set; }

    public bool IsOver { get; set; }
}
