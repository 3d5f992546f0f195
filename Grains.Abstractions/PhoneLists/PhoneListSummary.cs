namespace Dialer.PhoneLists;

/// <summary>Where a list stands (P33–P36).</summary>
public enum PhoneListStatus : byte
{
    None = 0,
    Importing = 1,

    /// <summary>Complete: campaigns may choose it.</summary>
    Ready = 2,

    /// <summary>The file was refused or the import was cancelled or cut short; it has no rows.</summary>
    Failed = 3,
    Deleted = 4,
}

/// <summary>A list and its counts: <c>Rows = Accepted + Duplicates + Rejected</c> once it is ready.</summary>
[GenerateSerializer, Immutable, Alias("dialer.PhoneListSummary")]
public sealed record PhoneListSummary
{
    [Id(0)] public required ListId Id { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required PhoneListStatus Status { get; init; }

    /// <summary>Data rows seen.</summary>
    [Id(3)] public long Rows { get; init; }

    [Id(4)] public long Accepted { get; init; }
    [Id(5)] public long Duplicates { get; init; }
    [Id(6)] public long Rejected { get; init; }

    /// <summary>Accepted after a leading 8 became 7.</summary>
    [Id(7)] public long Fixed { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(8)] public string? Error { get; init; }

    [Id(9)] public UnixTime CreatedAt { get; init; }
}
