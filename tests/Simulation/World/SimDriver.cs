using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// The driver of one process and the relay that brings its facts to the subscribers: brought again until stored, but late, twice
/// or in the wrong order when the seed says so. Dies with its process.
/// </summary>
internal sealed class SimDriver(DialerWorld world, SimSilo silo)
{
    private readonly Dictionary<TryId, LiveCall> calls = [];
    private readonly HashSet<TryId> known = [];
    private readonly List<(CampaignId Campaign, UnixTime At)> stops = [];

    public bool IsAlive => !silo.Life.IsOver;

    public IReadOnlyList<LiveCall> List() => [.. calls.Values];

    public bool Dial(ChannelId channel, DialCommand command)
    {
        // the same try id twice is one call; one that is over is refused
        if (known.Contains(command.Id) && world.Bug != Bug.DoubleDial)
        {
            return calls.ContainsKey(command.Id);
        }

        // a stop-now holds back what was on its way (P61)
        if (world.Fault(f => f.DriverRefuses) || stops.Any(s => s.Campaign == command.Campaign && command.DecidedAt <= s.At))
        {
            return false;
        }

        known.Add(command.Id);
        calls[command.Id] = new LiveCall(command.Id, command.Campaign, command.To, false, world.Now);
        if (world.Carrier.Dial(command, channel, this))
        {
            if (world.Bug == Bug.DoubleDial)
            {
                world.Carrier.Dial(command, channel, this);
            }

            return true;
        }

        calls.Remove(command.Id);
        return false;
    }

    public void Stop(CampaignId campaign)
    {
        stops.Add((campaign, world.Now));
        HangUp(c => c.Campaign == campaign && world.Bug != Bug.StopNotHeard);
    }

    public void HangUp(Func<LiveCall, bool> fits)
    {
        foreach (var call in calls.Values.Where(fits).ToList())
        {
            world.Carrier.HangUp(call.Id);
        }
    }

    public void Answered(CarrierCall call)
    {
        if (calls.TryGetValue(call.Id, out var live))
        {
            calls[call.Id] = live with { IsAnswered = true };
        }

        var answered = new CallAnswered { Try = call.Id, Campaign = call.Campaign, Phone = call.Phone, Seq = 1, At = call.AnsweredAt };
        Post(answered, world.Fault(f => f.ReorderedCallEvent) ? world.Dice.Between(1000, 90_000) : 0);
    }

    public void Ended(CarrierCall call, CallClass outcome, EndedBy by, bool isChannelClass, BotReply? bot)
    {
        calls.Remove(call.Id);
        Post(
            new CallEnded
            {
                Try = call.Id,
                Campaign = call.Campaign,
                Phone = call.Phone,
                Seq = 2,
                At = call.EndedAt,
                Class = outcome,
                By = by,
                AnsweredAt = call.AnsweredAt,
                IsChannelClass = isChannelClass,
                HasRung = call.HasRung,
                Bot = bot,
            },
            0);
    }

    private void Post(CallEvent fact, long lateMs)
    {
        if (silo.Life.IsOver)
        {
            return;
        }

        var wait = world.Dice.Latency(3, 30) + lateMs + (world.Fault(f => f.LateCallEvent) ? world.Dice.Between(500, 60_000) : 0);
        world.Schedule.After(wait, silo.Life, () => world.Fork(() => DeliverAsync(fact)));
        if (world.Fault(f => f.RepeatedCallEvent))
        {
            world.Schedule.After(wait + world.Dice.Between(0, 60_000), silo.Life, () => world.Fork(() => DeliverAsync(fact)));
        }
    }

    private async Task DeliverAsync(CallEvent fact)
    {
        while (true)
        {
            try
            {
                await world.Cluster.CallSubscriberAsync(silo, fact.Campaign, fact.Phone, async subscriber =>
                {
                    await subscriber.OnCallAsync(fact);
                    return true;
                });
                return;
            }
            catch (Exception e) when (e is OutageException or Grains.Subscribers.StoreUnavailableException)
            {
                await world.Schedule.Wait(silo.Life, 1000);
            }
        }
    }
}
