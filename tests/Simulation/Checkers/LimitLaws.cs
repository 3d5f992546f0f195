using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>I2: one try, one intent, one INVITE; and no INVITE without a stored intent, nor long after it.</summary>
internal sealed class TryLaw(DialerWorld world) : Law(world)
{
    /// <summary>How long a token holds: short where a rate must be kept (P39).</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWithRate = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<TryId, (UnixTime At, TimeSpan Longest)> intents = [];
    private readonly HashSet<TryId> dialed = [];

    public override void Stored(IntentFact fact) =>
        Demand(
            intents.TryAdd(fact.Try, (fact.At, fact.Channel.Settings.CallsPerSecond > 0 ? LongestWithRate : Longest)),
            "I2 one intent",
            $"a second intent of try {fact.Try}");

    public override void Dialed(DialFact fact)
    {
        var id = fact.Command.Id;
        Demand(intents.TryGetValue(id, out var intent), "P29 intent first", $"{id} is dialed and no intent is stored");
        Demand(dialed.Add(id), "I2 one call", $"{id} is dialed twice");
        Demand(World.Now - intent.At <= intent.Longest, "P11 token", $"{id} is dialed {World.Now - intent.At} after its decision");
    }
}

/// <summary>I1, P2: calls of a campaign never above its maximum, by the rows and by the carrier's own count.</summary>
internal sealed class CapLaw(DialerWorld world) : Law(world)
{
    private readonly Dictionary<CampaignId, History> caps = [];
    private readonly Dictionary<TryId, UnixTime> committed = [];
    private readonly HashSet<CampaignId> dialing = [];

    public override void CampaignWritten(CampaignRow? before, CampaignRow after)
    {
        if (!caps.TryGetValue(after.Id, out var history))
        {
            caps[after.Id] = history = new History();
        }

        history.Add(World.Now, after.Settings.MaxSimultaneousCalls);
    }

    public override void Stored(IntentFact fact)
    {
        committed[fact.Try] = World.Now;
        dialing.Add(fact.Campaign.Id);
    }

    public override void Changed(CampaignId campaign)
    {
        if (dialing.Remove(campaign))
        {
            var live = Store.RowsOf(campaign, JobStatus.Live).Count();
            var cap = Store.Campaigns[campaign].Settings.MaxSimultaneousCalls;
            Demand(live <= cap, "I1 campaign's maximum", $"campaign {campaign} has {live} live rows of at most {cap}");
        }
    }

    public override void Dialed(DialFact fact)
    {
        var campaign = fact.Command.Campaign;
        var live = World.Carrier.Live.Count(c => c.Campaign == campaign) + (fact.IsRefused ? 0 : 1);
        var cap = caps[campaign].Highest(committed.GetValueOrDefault(fact.Command.Id), World.Now);
        Demand(live <= cap, "I1 campaign's maximum", $"the carrier has {live} calls of campaign {campaign}, at most {cap}");
    }
}

/// <summary>I1, P39: lines and starts in any rolling second, by the carrier's own count.</summary>
internal sealed class ChannelLaw(DialerWorld world) : Law(world)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Token = TimeSpan.FromMilliseconds(200);

    private readonly History lines = new();
    private readonly History rates = new();
    private readonly Queue<UnixTime> starts = new();
    private readonly Dictionary<TryId, UnixTime> committed = [];

    public override void ChannelWritten(ChannelRow row)
    {
        lines.Add(World.Now, row.Settings.Lines);
        rates.Add(World.Now, row.Settings.CallsPerSecond == 0 ? int.MaxValue : row.Settings.CallsPerSecond);
    }

    public override void Stored(IntentFact fact) => committed[fact.Try] = World.Now;

    public override void Dialed(DialFact fact)
    {
        if (fact.IsRefused)
        {
            return;
        }

        var live = World.Carrier.Live.Count(c => c.Channel == fact.Channel) + 1;
        var most = lines.Highest(committed.GetValueOrDefault(fact.Command.Id), World.Now);
        Demand(live <= most, "I1 lines", $"the carrier has {live} calls on {most} lines");

        while (starts.TryPeek(out var oldest) && World.Now - oldest >= Second)
        {
            starts.Dequeue();
        }

        starts.Enqueue(World.Now);
        var rate = rates.Highest(World.Now - Second - Token, World.Now);
        Demand(starts.Count <= rate, "I1 rate", $"{starts.Count} starts within a second, at most {rate}");
    }
}

/// <summary>I5: of two activations only the one that holds the epoch dials; of two of a channel only one grants.</summary>
internal sealed class EpochLaw(DialerWorld world) : Law(world)
{
    private readonly Dictionary<CampaignId, long> epochs = [];
    private long channelEpoch;

    public override void CampaignWritten(CampaignRow? before, CampaignRow after)
    {
        Demand(after.Epoch > epochs.GetValueOrDefault(after.Id), "I5 epoch rises", $"campaign {after.Id} fell to epoch {after.Epoch}");
        epochs[after.Id] = after.Epoch;
    }

    public override void ChannelWritten(ChannelRow row) => channelEpoch = row.Epoch;

    public override void Stored(IntentFact fact)
    {
        Demand(
            fact.Intent.Epoch == epochs[fact.Campaign.Id],
            "I5 epoch",
            $"{fact.Try} was admitted under epoch {fact.Intent.Epoch}, in force is {epochs[fact.Campaign.Id]}");
        Demand(fact.Intent.ChannelEpoch == channelEpoch, "I5 channel's epoch", $"{fact.Try} has a token of epoch {fact.Intent.ChannelEpoch}, in force is {channelEpoch}");
        Demand(fact.Campaign.Status == CampaignStatus.Running, "I4 paused", $"{fact.Try} of a campaign that is {fact.Campaign.Status}");
    }
}

/// <summary>A limit as it was in force over time.</summary>
internal sealed class History
{
    private readonly List<(UnixTime At, int Value)> values = [];

    public void Add(UnixTime at, int value) => values.Add((at, value));

    /// <summary>The highest value in force at any instant of the span.</summary>
    public int Highest(UnixTime from, UnixTime to) => InForce(from, to).Max();

    public int Lowest(UnixTime from, UnixTime to) => InForce(from, to).Min();

    private IEnumerable<int> InForce(UnixTime from, UnixTime to)
    {
        for (var i = values.Count - 1; i >= 0; i--)
        {
            if (values[i].At <= to)
            {
                yield return values[i].Value;
            }

            if (values[i].At <= from)
            {
                yield break;
            }
        }
    }
}
