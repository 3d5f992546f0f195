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

    /// <summary>Why it failed, stable, for programs; see <see cref="PhoneListErrors"/> for those that are not about the file.</summary>
    [Id(10)] public string? ErrorCode { get; init; }

    /// <summary>Basis for calling these people (P57).</summary>
    [Id(11)] public string? Basis { get; init; }

    /// <summary>When it became ready; none while it is not.</summary>
    [Id(12)] public UnixTime FinishedAt { get; init; }
}

/// <summary>Why an import ended without a list although its file was not refused.</summary>
public static class PhoneListErrors
{
    public const string Cancelled = "import_cancelled";

    /// <summary>Its process ended.</summary>
    public const string CutShort = "import_cut_short";

    /// <summary>Something unexpected; the log says what.</summary>
    public const string Failed = "import_failed";
}
