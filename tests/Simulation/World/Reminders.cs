using Dialer.Campaigns;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;

namespace Dialer.Tests.Simulation;

/// <summary>Orleans' reminders as far as backoff needs them: each tick may be lost, early, late or come twice.</summary>
internal sealed class Reminders(DialerWorld world)
{
    public void Register(CampaignId campaign, PhoneNumber phone, UnixTime at)
    {
        if (world.Fault(f => f.LostReminder) || world.Bug == Bug.NeverWoken)
        {
            return;
        }

        var wait = (long)(at - world.Now).TotalMilliseconds + 100;
        Tick(campaign, phone, wait + (world.Fault(f => f.LateReminder) ? world.Dice.Between(1_000, 600_000) : 0));
        if (world.Fault(f => f.EarlyReminder))
        {
            Tick(campaign, phone, wait * world.Dice.Between(1, 99) / 100);
        }
    }

    private void Tick(CampaignId campaign, PhoneNumber phone, long wait) => world.Schedule.After(wait, null, () => world.Fork(async () =>
    {
        try
        {
            await world.Cluster.CallSubscriberAsync(null, campaign, phone, s => s.WakeAsync());
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            // lost: the sweep wakes it
        }
    }));
}
