using System.Text;
using Dialer.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// What a <see cref="CallEnding"/> means to the dialer: class, side, fault, raw cause, and whether it counts against the trunk.
/// Only what says something about the trunk is channel-class (P42): a drawn <see cref="CallEnding.Error"/> (500) belongs to
/// its number, a dead trunk (503) or a broken link does not.
/// </summary>
public sealed class CallEndingFacts
{
    private static readonly CallEndingFacts[] Table = Build();

    private CallEndingFacts(CallEnding ending, CallClass callClass, EndedBy by, Fault fault, RawCause cause, bool isChannelClass)
    {
        Ending = ending;
        Class = callClass;
        By = by;
        Fault = fault;
        Cause = cause;
        IsChannelClass = isChannelClass;
        Word = Encoding.ASCII.GetBytes(ending.ToString());
    }

    public CallEnding Ending { get; }

    public CallClass Class { get; }

    public EndedBy By { get; }

    public Fault Fault { get; }

    public RawCause Cause { get; }

    public bool IsChannelClass { get; }

    /// <summary>Its name on the wire between dialer and carrier.</summary>
    internal byte[] Word { get; }

    public static CallEndingFacts Of(CallEnding ending) => Table[(int)ending];

    /// <summary>Reads the name an ending has on the wire.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> word, out CallEnding ending)
    {
        foreach (var facts in Table)
        {
            if (word.SequenceEqual(facts.Word))
            {
                ending = facts.Ending;
                return ending != CallEnding.None;
            }
        }

        ending = CallEnding.None;
        return false;
    }

    private static CallEndingFacts[] Build()
    {
        var talked = new RawCause(200, 16);
        CallEndingFacts[] all =
        [
            new(CallEnding.None, CallClass.None, EndedBy.None, Fault.None, RawCause.None, false),
            new(CallEnding.CalleeHungUp, CallClass.Answered, EndedBy.Callee, Fault.None, talked, false),
            new(CallEnding.HungUp, CallClass.Answered, EndedBy.Ourselves, Fault.None, talked, false),
            new(CallEnding.TalkLimit, CallClass.Answered, EndedBy.Ourselves, Fault.None, new(200, 16, "longest call reached"), false),
            new(CallEnding.Cut, CallClass.Answered, EndedBy.Network, Fault.Trunk, new(200, 38, "the trunk died during the call"), false),
            new(CallEnding.Busy, CallClass.Busy, EndedBy.Callee, Fault.Callee, new(486, 17), false),
            new(CallEnding.Rejected, CallClass.Rejected, EndedBy.Callee, Fault.Callee, new(603, 21), false),
            new(CallEnding.NoAnswer, CallClass.NoAnswer, EndedBy.Network, Fault.Callee, new(480, 19), false),
            new(CallEnding.RingLimit, CallClass.NoAnswer, EndedBy.Ourselves, Fault.Callee, new(487, 19, "ring timeout"), false),
            new(CallEnding.Nonexistent, CallClass.Nonexistent, EndedBy.Network, Fault.Callee, new(404, 1), false),
            new(CallEnding.Error, CallClass.Technical, EndedBy.Network, Fault.Network, new(500, 41), false),
            new(CallEnding.TrunkDown, CallClass.Technical, EndedBy.Network, Fault.Trunk, new(503, 38, "the simulated trunk is down"), true),
            new(CallEnding.Cancelled, CallClass.Cancelled, EndedBy.Ourselves, Fault.Ourselves, new(487), false),
            new(CallEnding.Repeated, CallClass.Technical, EndedBy.Network, Fault.Ourselves, new(482, 0, "this call id was used before"), false),
            new(CallEnding.BooksFailed, CallClass.Technical, EndedBy.Network, Fault.Trunk, new(503, 41, "the carrier cannot write its ledger"), true),
            new(CallEnding.NoLink, CallClass.Technical, EndedBy.Network, Fault.Trunk, new(503, 0, "no link to the simulated carrier"), true),
            new(CallEnding.NeverArrived, CallClass.Technical, EndedBy.Network, Fault.Trunk, new(503, 0, "the link broke before the call reached the carrier"), true),
            new(CallEnding.Lost, CallClass.Unknown, EndedBy.None, Fault.Trunk, new(0, 0, "the carrier could not tell what became of the call"), false),
        ];
        for (var i = 0; i < all.Length; i++)
        {
            if ((int)all[i].Ending != i)
            {
                throw new InvalidOperationException($"The facts of {all[i].Ending} stand in the wrong place.");
            }
        }

        return all;
    }
}
