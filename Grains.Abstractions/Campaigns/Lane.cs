using Dialer.Calendars;

namespace Dialer.Campaigns;

/// <summary>What a job's <c>not_before</c> means; the low bit of its lane id.</summary>
public enum LaneKind : byte
{
    /// <summary>An absolute instant: a start instant, a backoff, a deferral.</summary>
    At = 0,

    /// <summary>The last end; the pause in force is added when judged, so an edit of the pause touches no row.</summary>
    Pause = 1,
}

/// <summary>
/// A distinct combination of what decides when jobs of a campaign may be called: the campaign judges lanes in memory, by
/// today's settings, and reads one index range per open lane. So editing windows, zones or pauses touches no row.
/// A lane is two index ranges, one of each <see cref="LaneKind"/>: their ids differ in the low bit, so a job changes kind
/// without a look-up.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.Lane")]
public sealed record Lane
{
    /// <summary>The even id: of kind <see cref="LaneKind.At"/>.</summary>
    [Id(0)] public required LaneId Id { get; init; }

    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public required LaneKey Key { get; init; }

    /// <summary>The own policy that <see cref="LaneKey.Policy"/> names; null for the campaign's own conditions.</summary>
    [Id(3)] public CallPolicy? Policy { get; init; }

    public LaneId Of(LaneKind kind) => new(Id.Value | (long)kind);

    public static LaneKind KindOf(LaneId id) => (LaneKind)(id.Value & 1);

    /// <summary>The even id of either kind.</summary>
    public static LaneId BaseOf(LaneId id) => new(id.Value & ~1L);
}

/// <summary>The combination itself. <see cref="Policy"/> 0 = the campaign's own conditions; <see cref="Zone"/> is the key of <see cref="ZoneFound"/>.</summary>
[GenerateSerializer, Immutable, Alias("dialer.LaneKey")]
public readonly record struct LaneKey(
    [property: Id(0)] byte Priority,
    [property: Id(1)] PolicyId Policy,
    [property: Id(2)] string Zone)
{
    public const byte DefaultPriority = 3;
}
