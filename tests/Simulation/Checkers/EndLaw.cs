using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>What must be so when a world has come to rest: nothing hangs.</summary>
internal sealed class EndLaw(DialerWorld world) : Law(world)
{
    public override void AtEnd()
    {
        Demand(!World.Carrier.Live.Any(), "no call left", $"{World.Carrier.Live.FirstOrDefault()?.Id} is up and no row is live");
        foreach (var phone in Store.Phones.Values)
        {
            Demand(!phone.IsLive, "no phone held", $"{phone.Phone.Digits} is held by {phone.LiveTry}");
        }

        foreach (var row in Store.Jobs.Values)
        {
            Demand(
                row.Status != JobStatus.Final || row.Result != JobResult.None,
                "a final job has a result",
                $"{row.Id} is final without a result");
        }

        foreach (var phone in Store.DoNotCall)
        {
            Demand(
                Store.Phones.GetValueOrDefault(phone)?.DoNotCall == true,
                "P38 the list and the phone's row agree",
                $"{phone.Digits} is on the list, its row does not say so");
        }
    }
}
