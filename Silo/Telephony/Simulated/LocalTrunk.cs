using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>A carrier in this process.</summary>
/// <param name="carrier">The carrier.</param>
/// <param name="settings">How its calls are drawn.</param>
/// <param name="owns">Whether it ends with this trunk; a shared one outlives it.</param>
internal sealed class LocalTrunk(Carrier carrier, SimulatedSettings settings, bool owns) : ICarrierTrunk
{
    private readonly SimulatedSettings _terms = carrier.TermsFor(settings);
    private ITrunkUser _user = null!;

    public Task FirstContact => Task.CompletedTask;

    public bool CanLoseCalls => false;

    public void Start(ITrunkUser user) => _user = user;

    public bool TryDial(DialCommand command)
    {
        carrier.Dial(new CarrierDial(command.Id, command.To, command.RingLimit, command.MaxTalk, _terms), _user);
        return true;
    }

    public bool TryHangUp(TryId id)
    {
        carrier.HangUp(id, _user);
        return true;
    }

    public bool TryQuery(TryId id)
    {
        carrier.Query(id, _user);
        return true;
    }

    public ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel) =>
        ValueTask.FromResult(carrier.IsUp ? new TrunkHealth(true) : new TrunkHealth(false, "the simulated trunk is down"));

    public void Tick()
    {
    }

    public ValueTask DisposeAsync() => owns ? carrier.DisposeAsync() : ValueTask.CompletedTask;
}
