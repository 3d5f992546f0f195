using Dialer.Campaigns;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// People at the console, and what happens to machines: until the world is calm they do whatever the seed says, whenever; after it
/// they only start and resume what stands still.
/// </summary>
internal sealed class Operator(DialerWorld world, Plan plan)
{
    private int additions;

    private Dice Dice => world.Dice;

    public async Task RunAsync()
    {
        for (var i = 0; i < plan.Campaigns.Count; i++)
        {
            if (plan.Campaigns[i].StartAfter is null)
            {
                var campaign = plan.IdOf(i);
                world.Fork(() => TryAsync(campaign, c => c.StartAsync()));
            }
        }

        while (!world.IsCalm)
        {
            await world.Schedule.Wait(null, Dice.Latency(180_000, 3_600_000));
            if (!world.IsCalm)
            {
                Disturb();
                world.Fork(ActAsync);
            }
        }

        while (true)
        {
            foreach (var row in world.Store.Campaigns.Values.ToList())
            {
                if (row.Status == CampaignStatus.Scheduled && row.StartsAt.IsNone)
                {
                    await TryAsync(row.Id, c => c.StartAsync());
                }
                else if (row.Status == CampaignStatus.Paused)
                {
                    await ResumeAsync(row.Id, putBack: false);
                }
            }

            await world.Schedule.Wait(null, 1_800_000);
        }
    }

    private void Disturb()
    {
        var alive = world.Cluster.Alive;
        if (alive.Count > 0 && world.Fault(f => f.CrashPlanned))
        {
            foreach (var silo in Dice.Chance(300) ? alive : [Dice.One(alive)])
            {
                world.Cluster.Crash(silo);
            }
        }

        if (alive.Count > 0 && world.Fault(f => f.Freeze))
        {
            Dice.One(alive).Life.FreezeUntil(world.Schedule.NowMs + Dice.Between(500, 40_000));
        }

        if (world.Fault(f => f.TwinCampaign))
        {
            world.Cluster.TwinCampaign(AnyCampaign());
        }

        if (world.Fault(f => f.TwinChannel))
        {
            world.Cluster.TwinChannel(plan.ChannelId);
        }

        if (world.Fault(f => f.TrunkAway))
        {
            world.Carrier.IsAway = true;
            world.Schedule.After(Dice.Latency(600_000, 3_000_000), null, () => world.Carrier.IsAway = false);
        }

        if (world.Fault(f => f.BotsAway))
        {
            world.Carrier.AreBotsAway = true;
            world.Carrier.AreProbesLost = Dice.Chance(500);
            world.Schedule.After(Dice.Latency(600_000, 3_000_000), null, world.Carrier.BringBotsBack);
        }
    }

    private async Task ActAsync()
    {
        var campaign = AnyCampaign();
        switch (Dice.Between(0, 14))
        {
            case 0 or 1 or 2:
                await PauseAsync(campaign);
                break;
            case 3 or 4 or 5:
                await ResumeAsync(campaign, Dice.Chance(500));
                break;
            case 6 or 7:
                await EditAsync(campaign);
                break;
            case 8:
                await StopNowAsync(campaign);
                break;
            case 9 when Dice.Chance(200):
                await TryAsync(campaign, c => c.FinishAsync());
                break;
            case 10:
                await EditChannelAsync();
                break;
            case 11 when Dice.Chance(300):
                await EnterDoNotCallAsync(Dice.One(plan.Callees.Keys.ToList()));
                break;
            case 12:
                await CancelAsync(campaign, Dice.One(plan.Callees.Keys.ToList()));
                break;
            case 13 or 14 when additions++ < 6:
                AddJobs(campaign);
                break;
            default:
                await TryAsync(campaign, c => c.StartAsync());
                break;
        }
    }

    private async Task PauseAsync(CampaignId campaign)
    {
        if (await TryAsync(campaign, c => c.PauseAsync()))
        {
            world.Books.PauseAcknowledged(campaign);
        }
    }

    private async Task ResumeAsync(CampaignId campaign, bool putBack)
    {
        world.Books.ResumeAsked(campaign);
        await TryAsync(campaign, c => c.ResumeAsync(putBack));
    }

    private async Task StopNowAsync(CampaignId campaign)
    {
        // a campaign that has not started has nothing to stop, and its start goes on
        var isRunning = world.Store.Campaigns[campaign].Status == CampaignStatus.Running;
        if (await TryAsync(campaign, c => c.StopNowAsync()) && isRunning)
        {
            world.Books.PauseAcknowledged(campaign);
            world.Books.StopAcknowledged(campaign);
        }
    }

    private async Task EditAsync(CampaignId campaign)
    {
        if (Dice.Chance(700))
        {
            await PauseAsync(campaign);
        }

        var windows = Plan.DrawWindows(Dice);
        var attempts = Plan.DrawAttempts(Dice);
        var calls = Dice.Between(1, 4);
        var scenario = plan.DrawScenario(Dice);
        var what = Dice.Between(0, 3);
        await TryAsync(campaign, c => c.EditAsync(s => what switch
        {
            0 => s with { CallingWindows = windows },
            1 => s with { Attempts = attempts },
            2 => s with { Scenario = scenario },
            _ => s with { MaxSimultaneousCalls = calls },
        }));
        if (Dice.Chance(700))
        {
            await ResumeAsync(campaign, putBack: false);
        }
    }

    private async Task EditChannelAsync()
    {
        var settings = world.Store.Channels[plan.ChannelId].Settings with
        {
            Lines = Dice.Between(1, 6),
            CallsPerSecond = Dice.One(0, 1, 2, 4),
            Scenario = plan.DrawScenario(Dice),
        };
        await TolerantAsync(() => world.Cluster.CallChannelAsync(null, plan.ChannelId, c => c.EditAsync(settings)));
    }

    private async Task EnterDoNotCallAsync(PhoneNumber phone)
    {
        await world.Schedule.Wait(null, Dice.Latency(5, 50));
        world.Store.EnterDoNotCall(phone);
        await world.Schedule.Wait(null, Dice.Latency(5, 50));
        world.Books.DoNotCallAcknowledged(phone);
        world.EndJobsEverywhere(null, phone);
    }

    private async Task CancelAsync(CampaignId campaign, PhoneNumber phone)
    {
        IReadOnlyList<JobId> cancelled = [];
        await TolerantAsync(async () =>
        {
            cancelled = await world.Cluster.CallSubscriberAsync(null, campaign, phone, s => s.CancelAsync(EndReason.Cancelled));
            return true;
        });
        world.Books.CancelAcknowledged(cancelled);
    }

    private void AddJobs(CampaignId campaign)
    {
        var now = world.Now;
        var jobs = Plan.DrawJobs(Dice, plan.Callees.Keys.ToList(), Dice.Between(1, 4));
        if (world.Store.AddJobs(campaign, jobs) is { } first)
        {
            world.Cluster.Hint(campaign, c => c.JobsAdded(now, first));
        }
    }

    private CampaignId AnyCampaign() => plan.IdOf(Dice.Between(0, plan.Campaigns.Count - 1));

    private Task<bool> TryAsync(CampaignId campaign, Func<SimCampaign, Task<bool>> act) =>
        TolerantAsync(() => world.Cluster.CallCampaignAsync(null, campaign, act));

    private static async Task<bool> TolerantAsync(Func<Task<bool>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            return false;
        }
    }
}
