using Dialer.Numbers;

namespace Dialer.Calls;

/// <summary>
/// A fact about a call, from its driver to its subscriber. <see cref="Seq"/> strictly rises within a call; exactly one
/// <see cref="CallEnded"/> comes per accepted dial, and nothing after it.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CallEvent")]
public abstract record CallEvent
{
    [Id(0)] public required TryId Try { get; init; }
    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public required PhoneNumber Phone { get; init; }
    [Id(3)] public required int Seq { get; init; }
    [Id(4)] public required UnixTime At { get; init; }
}

/// <summary>The phone rings (or early media came). A hint: nothing durable follows from it.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CallRinging")]
public sealed record CallRinging : CallEvent;

/// <summary>The callee's side answered at <see cref="CallEvent.At"/>.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CallAnswered")]
public sealed record CallAnswered : CallEvent
{
    /// <summary>What another silo needs to hang this call up (dialog identifiers); null where the driver needs nothing.</summary>
    [Id(0)] public byte[]? Leg { get; init; }
}

/// <summary>The call is over.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CallEnded")]
public sealed record CallEnded : CallEvent
{
    [Id(0)] public required CallClass Class { get; init; }

    [Id(1)] public EndedBy By { get; init; }

    [Id(2)] public Fault Fault { get; init; }

    [Id(3)] public RawCause Cause { get; init; } = RawCause.None;

    /// <summary>When the callee's side answered; <see cref="UnixTime.None"/> if it did not.</summary>
    [Id(4)] public UnixTime AnsweredAt { get; init; }

    /// <summary>A technical failure that says something about the trunk, not about this number: feeds the breaker (P42).</summary>
    [Id(5)] public bool IsChannelClass { get; init; }

    /// <summary>What the bot asked for during the call; null if there was no bot or it said nothing.</summary>
    [Id(6)] public BotReply? Bot { get; init; }

    /// <summary>The phone rang: whatever became of the call, somebody was disturbed (P58).</summary>
    [Id(7)] public bool HasRung { get; init; }

    /// <summary>It was answered, and over before its bot was connected: it says nothing of the bot (P41).</summary>
    [Id(8)] public bool MissedBot { get; init; }

    /// <summary>The trunk refused for want of funds (402, or what it maps to that): nobody's attempt, nobody's error; campaigns pause (P46).</summary>
    [Id(9)] public bool IsNoFunds { get; init; }
}
