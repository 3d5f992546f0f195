using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;

namespace Dialer.Tests.Simulated;

/// <summary>Callees of known habits for a simulated carrier: a number asked for here has a script of its own, others are drawn.</summary>
internal sealed class CalleeBook
{
    private static readonly TimeSpan ForEver = TimeSpan.FromDays(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<PhoneNumber, CallScript> _scripts = new();
    private long _last = 79_990_000_000;

    public CallScript Script(SimulatedSettings settings, TryId id, PhoneNumber phone) =>
        _scripts.TryGetValue(phone, out var script) ? script : CallScript.Draw(settings, id, phone);

    public PhoneNumber Answers(TimeSpan after, TimeSpan? hangsUpAfter) => Add(CallEnding.CalleeHungUp, after, hangsUpAfter ?? ForEver);

    public PhoneNumber IsBusy() => Add(CallEnding.Busy, Soon);

    public PhoneNumber Rejects() => Add(CallEnding.Rejected, Soon);

    public PhoneNumber DoesNotExist() => Add(CallEnding.Nonexistent, Soon);

    public PhoneNumber RingsForEver() => Add(CallEnding.NoAnswer, ForEver);

    public PhoneNumber IsGivenUp() => Add(CallEnding.NoAnswer, Soon);

    public PhoneNumber FailsTechnically() => Add(CallEnding.Error, Soon);

    private PhoneNumber Add(CallEnding ending, TimeSpan ring, TimeSpan talk = default)
    {
        var phone = new PhoneNumber(Interlocked.Increment(ref _last));
        _scripts[phone] = CallScript.Of(ending, ring, talk);
        return phone;
    }
}
