using Dialer.Grains.Calls;

namespace Dialer.Tests;

/// <summary>A silo's end of a scripted trunk. Abandoned, it is a driver of a killed process: it says and does nothing more.</summary>
internal sealed class ScriptedDriver(ScriptedTrunk trunk, ICallEventSink sink, TimeProvider clock) : ICallDriver
{
    private volatile bool isAbandoned;

    public UnixTime Now() => clock.Now();

    public void Abandon() => isAbandoned = true;

    public void Post(Dialer.Calls.CallEvent callEvent)
    {
        if (!isAbandoned)
        {
            sink.Post(callEvent);
        }
    }

    // a process that was killed after the intent and before the call: the intent is stored and nothing leaves
    public ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel) =>
        ValueTask.FromResult(isAbandoned ? DialAdmission.Accepted : trunk.Dial(command, this));

    public ValueTask<string?> LineAsync(CancellationToken cancel) => trunk.OnLine();

    public ValueTask<bool> HangUpAsync(Dialer.Calls.TryId id, HangUpReason why, CancellationToken cancel)
    {
        var call = isAbandoned ? null : trunk.LiveOf(this).FirstOrDefault(c => c.Id == id);
        call?.HangUp(why);
        return ValueTask.FromResult(call is not null);
    }

    public ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel) => ValueTask.FromResult(trunk.EndOrphan(call));

    public IReadOnlyList<LiveCall> List() => isAbandoned ? [] : [.. trunk.LiveOf(this).Select(c => c.AsLive())];

    public ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel) =>
        ValueTask.FromResult(trunk.IsUp ? new TrunkHealth(true) : new TrunkHealth(false, "the scripted trunk is down"));

    public ValueTask<TrunkHealth> ProbeBotAsync(string uri, CancellationToken cancel) => trunk.ProbeBotAsync(uri, cancel);

    public ValueTask DisposeAsync()
    {
        foreach (var call in isAbandoned ? [] : trunk.LiveOf(this))
        {
            call.HangUp(HangUpReason.Shutdown);
        }

        return ValueTask.CompletedTask;
    }
}
