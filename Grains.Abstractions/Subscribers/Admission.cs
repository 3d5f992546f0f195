using Dialer.Campaigns;

namespace Dialer.Subscribers;

/// <summary>A campaign asks a subscriber to dial a job that is due.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Admission")]
public sealed record Admission
{
    /// <summary>The row as the campaign read it: the subscriber's first touch needs no read of its own.</summary>
    [Id(0)] public required JobRow Row { get; init; }

    [Id(1)] public required Lane Lane { get; init; }
    [Id(2)] public required CampaignTerms Terms { get; init; }

    /// <summary>The campaign's epoch: an intent under another one is refused.</summary>
    [Id(3)] public required long Epoch { get; init; }

    /// <summary>The channel's epoch under which the token was granted.</summary>
    [Id(4)] public required long ChannelEpoch { get; init; }

    [Id(5)] public required ChannelId Channel { get; init; }

    /// <summary>When the job became due, for lateness and the timeline.</summary>
    [Id(6)] public required UnixTime PlannedAt { get; init; }

    /// <summary>The channel token ends here on the monotonic clock of the asker's machine; see <see cref="AskerSilo"/>.</summary>
    [Id(7)] public required long TokenTicks { get; init; }

    /// <summary>The same end on the wall clock, for a subscriber on another machine.</summary>
    [Id(8)] public required UnixTime TokenUntil { get; init; }

    [Id(9)] public required int AskerSilo { get; init; }

    /// <summary>How the channel stood when it granted the token: its breaker is known on every silo that dials (P42).</summary>
    [Id(10)] public Channels.BreakerState Breaker { get; init; }

    /// <summary>When that was asked for.</summary>
    [Id(11)] public UnixTime BreakerAt { get; init; }
}

/// <summary>What became of an admission.</summary>
public enum AdmissionResult : byte
{
    None = 0,

    /// <summary>The intent is stored and the call left: the permit is in use until the campaign is told otherwise.</summary>
    Dialing = 1,

    /// <summary>Nothing left: the permit is free again. The row is where it was, or where the answer says.</summary>
    NotNow = 2,

    /// <summary>The job ended without a call.</summary>
    Ended = 3,

    /// <summary>The campaign's epoch has passed: this activation of the campaign must stop dialing.</summary>
    EpochPassed = 4,

    /// <summary>The channel's epoch has passed: the bundle is void.</summary>
    ChannelEpochPassed = 5,

    /// <summary>The intent may or may not be stored, or the call's admission failed after it: the permit stays until the rows tell.</summary>
    Unsure = 6,

    /// <summary>The row was not as read any more (cancelled, taken): drop it.</summary>
    Stale = 7,
}

/// <summary>The short answer to an <see cref="Admission"/>.</summary>
[GenerateSerializer, Immutable, Alias("dialer.AdmissionAnswer")]
public readonly record struct AdmissionAnswer(
    [property: Id(0)] AdmissionResult Result,
    [property: Id(1)] string? Reason = null,
    [property: Id(2)] LaneId Lane = default,
    [property: Id(3)] UnixTime NotBefore = default);
