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

    /// <summary>All parts of a workbook, unpacked: what a file of 20 MB may become, and no archive bomb.</summary>
    public const long MaxWorkbookBytes = 512L << 20;

    /// <summary>The texts that cells of a workbook share, unpacked: the one part that is held in memory.</summary>
    public const long MaxSharedTextBytes = 64L << 20;

    /// <summary>Parts of a workbook.</summary>
    public const int MaxWorkbookParts = 10_000;

    /// <summary>As many rows as a spreadsheet takes.</summary>
    public const int MaxSheetRows = 1_048_576;

    /// <summary>Bytes of a rejected row that are kept for the download.</summary>
    public const int MaxRejectedRaw = 1_000;
}
