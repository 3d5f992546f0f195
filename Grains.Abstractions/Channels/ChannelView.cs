namespace Dialer.Channels;

/// <summary>A channel as it stands.</summary>
[GenerateSerializer, Immutable, Alias("dialer.ChannelView")]
public sealed record ChannelView
{
    [Id(0)] public required ChannelId Id { get; init; }
    [Id(1)] public required ChannelSettings Settings { get; init; }
    [Id(2)] public required int Version { get; init; }
    [Id(3)] public required ChannelHealthView Health { get; init; }
    [Id(4)] public bool Deleted { get; init; }
}

/// <summary>State of a channel's breaker (P42).</summary>
public enum BreakerState : byte
{
    /// <summary>Calls go out.</summary>
    Closed = 0,

    /// <summary>Nothing is dialed; probes bring it back.</summary>
    Open = 1,

    /// <summary>A probe succeeded: a few calls try it.</summary>
    HalfOpen = 2,
}

/// <summary>Health of a channel (P42).</summary>
[GenerateSerializer, Immutable, Alias("dialer.ChannelHealthView")]
public sealed record ChannelHealthView
{
    [Id(0)] public BreakerState Breaker { get; init; }

    /// <summary>Since when the breaker is not closed.</summary>
    [Id(1)] public UnixTime Since { get; init; }

    /// <summary>What was seen, for people.</summary>
    [Id(2)] public string? Evidence { get; init; }

    [Id(3)] public int LinesInUse { get; init; }
    [Id(4)] public int Lines { get; init; }

    /// <summary>What the last probe had against the trunk; null = nothing, or it was not probed.</summary>
    [Id(5)] public string? ProbeFault { get; init; }
}
