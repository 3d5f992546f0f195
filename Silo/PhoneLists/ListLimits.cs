namespace Dialer.Silo.PhoneLists;

/// <summary>What a list file may measure (P33). Whatever its size, reading it takes the memory of one batch.</summary>
internal static class ListLimits
{
    /// <summary>The largest row. A longer one is nearly always a quote that was never closed.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    public const int MaxColumns = 200;

    /// <summary>How much of the beginning decides kind, encoding and separator.</summary>
    public const int SampleBytes = 64 * 1024;

    /// <summary>Rows a batch holds unless told otherwise.</summary>
    public const int BatchRows = 1_000;

    /// <summary>Bytes of the file a batch holds at most, however many rows that are.</summary>
    public const int BatchBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of a rejected row that are kept for the download.</summary>
    public const int MaxRejectedRaw = 1_000;
}
