using Dialer.Calls;

namespace Dialer.Channels;

/// <summary>
/// Answered calls of one bot in order, each with whether the bot was missing: the last 100 at most, folded so that digests can be
/// joined (P41).
/// </summary>
/// <param name="Count">How many calls, 0–100.</param>
/// <param name="Failures">A bit per call, the last one lowest; set = the bot was not there.</param>
[GenerateSerializer, Immutable, Alias("dialer.BotDigest")]
public readonly record struct BotDigest([property: Id(0)] int Count, [property: Id(1)] UInt128 Failures)
{
    /// <summary>P41 looks at no more calls than these.</summary>
    public const int Longest = 100;

    /// <summary>An answered call that had its bot.</summary>
    public static readonly BotDigest Good = new(1, UInt128.Zero);

    /// <summary>An answered call that met silence.</summary>
    public static readonly BotDigest Failed = new(1, UInt128.One);

    private static readonly UInt128 Mask = (UInt128.One << Longest) - 1;

    public bool HasFailures => Failures != UInt128.Zero;

    public int FailureCount => (int)UInt128.PopCount(Failures);

    /// <summary>How many of the last calls failed in a row.</summary>
    public int TrailingFailures => Math.Min(Count, (int)UInt128.TrailingZeroCount(~Failures));

    /// <summary>
    /// What the outcome of a call says of the bot; empty if it says nothing. A callee who was gone before the bot was connected has
    /// not met it: a bot that comes late is not a good one.
    /// </summary>
    public static BotDigest Of(CallClass callClass, bool missedBot = false) => callClass switch
    {
        CallClass.Answered when missedBot => default,
        CallClass.Answered => Good,
        CallClass.BotFailed => Failed,
        _ => default,
    };

    public BotDigest Then(BotDigest next) =>
        new(Math.Min(Longest, Count + next.Count), ((Failures << next.Count) | next.Failures) & Mask);

    /// <summary>The calls one by one, the oldest first.</summary>
    public IEnumerable<BotDigest> OneByOne()
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            yield return ((Failures >> i) & UInt128.One) == UInt128.Zero ? Good : Failed;
        }
    }
}

/// <summary>What a campaign's calls found of one bot since the last report that arrived.</summary>
[GenerateSerializer, Immutable, Alias("dialer.BotReport")]
public readonly record struct BotReport([property: Id(0)] BotId Bot, [property: Id(1)] BotDigest Results);
