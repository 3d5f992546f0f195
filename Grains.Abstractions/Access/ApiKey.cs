namespace Dialer.Access;

/// <summary>A key of the management API. The key itself is stored nowhere, only its hash (P52).</summary>
public sealed record ApiKey
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required AccessRole Role { get; init; }

    public required UnixTime CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>To the minute; none = never.</summary>
    public UnixTime LastUsedAt { get; init; }
}
