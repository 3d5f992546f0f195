using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Tests.Simulation;

/// <summary>Processes, where each grain is, and the messages between them, with what can happen to a message.</summary>
internal sealed partial class SimCluster(DialerWorld world)
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    private readonly List<SimSilo> silos = [];
    private readonly Dictionary<(CampaignId Campaign, PhoneNumber Phone), SimSubscriber> subscribers = [];
    private readonly Dictionary<CampaignId, SimCampaign> campaigns = [];
    private readonly Dictionary<ChannelId, SimChannel> channels = [];

    public IReadOnlyList<SimSilo> Silos => silos;

    public IReadOnlyList<SimSilo> Alive => silos.FindAll(s => !s.Life.IsOver);

    public SimSilo? First => silos.Find(s => !s.Life.IsOver);

    public IEnumerable<SimCampaign> Campaigns => campaigns.Values;

    /// <summary>Asks a grain and waits for its answer. A lost request or answer is an outage after the time limit.</summary>
    public async Task<T> CallAsync<T>(SimSilo? from, SimSilo to, Func<Task<T>> body)
    {
        var answer = new TaskCompletionSource<T>();
        var isRequestLost = world.Fault(f => f.LostCall);
        var isAnswerLost = world.Fault(f => f.LostCall);
        void Fail() => answer.TrySetException(new NoAnswerException());
        void Reply(Action told)
        {
            if (!isAnswerLost)
            {
                world.Schedule.After(Latency(from, to), from?.Life, told);
            }
        }

        if (!isRequestLost)
        {
            world.Schedule.After(Latency(from, to), to.Life, () => world.Fork(async () =>
            {
                try
                {
                    var value = await body();
                    Reply(() => answer.TrySetResult(value));
                }
                catch (Exception e) when (e is OutageException or Grains.Subscribers.StoreUnavailableException)
                {
                    Reply(Fail);
                }
            }));
        }

        world.Schedule.After(ResponseTimeout, from?.Life, Fail);
        if (to.IsDeclaredDead)
        {
            Fail();
        }
        else
        {
            to.WaitingCallers.Add(() => world.Schedule.After(0, from?.Life, Fail));
        }

        return await answer.Task;
    }

    public Task<T> CallSubscriberAsync<T>(SimSilo? from, CampaignId campaign, PhoneNumber phone, Func<SimSubscriber, Task<T>> body)
    {
        if (SubscriberAt(campaign, phone) is not { } subscriber)
        {
            throw new NoAnswerException();
        }

        return CallAsync(from, subscriber.Silo, () => body(subscriber));
    }

    public Task<T> CallCampaignAsync<T>(SimSilo? from, CampaignId campaign, Func<SimCampaign, Task<T>> body)
    {
        if (CampaignAt(campaign) is not { } active)
        {
            throw new NoAnswerException();
        }

        return CallAsync(from, active.Silo, async () =>
        {
            await active.Activated.PassAsync();
            return await body(active);
        });
    }

    public Task<T> CallChannelAsync<T>(SimSilo? from, ChannelId channel, Func<SimChannel, Task<T>> body)
    {
        if (ChannelAt(channel) is not { } active)
        {
            throw new NoAnswerException();
        }

        return CallAsync(from, active.Silo, async () =>
        {
            await active.Activated.PassAsync();
            return await body(active);
        });
    }

    /// <summary>A one-way message to a campaign: may be lost, come twice, or late.</summary>
    public void Hint(CampaignId campaign, Action<SimCampaign> tell)
    {
        if (world.Fault(f => f.LostHint))
        {
            world.Say($"a hint to campaign {campaign} is lost");
            return;
        }

        for (var copies = world.Fault(f => f.DoubledHint) ? 2 : 1; copies > 0; copies--)
        {
            var wait = world.Dice.Latency(2, 20) + (world.Fault(f => f.LateHint) ? world.Dice.Between(1000, 40_000) : 0);
            world.Schedule.After(wait, null, () => Deliver(campaign, tell));
        }
    }

    /// <summary>A second activation beside the first; the directory may know either.</summary>
    public void TwinCampaign(CampaignId campaign)
    {
        world.Say($"campaign {campaign} is activated twice");
        var known = campaigns.GetValueOrDefault(campaign);
        campaigns.Remove(campaign);
        CampaignAt(campaign);
        if (known is not null && world.Dice.Chance(500))
        {
            campaigns[campaign] = known;
        }
    }

    public void TwinChannel(ChannelId channel)
    {
        world.Say($"channel {channel} is activated twice");
        var known = channels.GetValueOrDefault(channel);
        channels.Remove(channel);
        ChannelAt(channel);
        if (known is not null && world.Dice.Chance(500))
        {
            channels[channel] = known;
        }
    }

    public void Forget(SimCampaign gone)
    {
        if (campaigns.TryGetValue(gone.Id, out var known) && ReferenceEquals(known, gone))
        {
            campaigns.Remove(gone.Id);
        }
    }

    public void Forget(SimChannel gone)
    {
        if (channels.TryGetValue(gone.Id, out var known) && ReferenceEquals(known, gone))
        {
            channels.Remove(gone.Id);
        }
    }

    private void Deliver(CampaignId campaign, Action<SimCampaign> tell)
    {
        if (CampaignAt(campaign) is not { } active || active.Silo.Life.IsOver)
        {
            return;
        }

        world.Fork(async () =>
        {
            try
            {
                await active.Activated.PassAsync();
            }
            catch (Exception e) when (e is OutageException or Grains.Subscribers.StoreUnavailableException)
            {
                return;
            }

            tell(active);
        });
    }

    private SimSubscriber? SubscriberAt(CampaignId campaign, PhoneNumber phone)
    {
        var key = (campaign, phone);
        var isTwin = world.Fault(f => f.TwinSubscriber);
        if (!isTwin && subscribers.TryGetValue(key, out var known) && !known.Silo.IsDeclaredDead)
        {
            return known;
        }

        if (Alive is not { Count: > 0 } alive)
        {
            return null;
        }

        return subscribers[key] = new SimSubscriber(world, world.Dice.One(alive), campaign, phone);
    }

    private SimCampaign? CampaignAt(CampaignId campaign)
    {
        if (campaigns.TryGetValue(campaign, out var known) && !known.Silo.IsDeclaredDead)
        {
            return known;
        }

        if (Alive is not { Count: > 0 } alive)
        {
            return null;
        }

        var made = campaigns[campaign] = new SimCampaign(world, world.Dice.One(alive), campaign);
        made.Activate();
        return made;
    }

    private SimChannel? ChannelAt(ChannelId channel)
    {
        if (channels.TryGetValue(channel, out var known) && !known.Silo.IsDeclaredDead)
        {
            return known;
        }

        if (Alive is not { Count: > 0 } alive)
        {
            return null;
        }

        var made = channels[channel] = new SimChannel(world, world.Dice.One(alive), channel);
        made.Activate();
        return made;
    }

    private long Latency(SimSilo? from, SimSilo to) => ReferenceEquals(from, to) ? world.Dice.Between(0, 1) : world.Dice.Latency(3, 40);
}
