namespace Dialer.Silo.PhoneLists;

/// <summary>The records of a list file one after another, whatever its kind; cells in UTF-8. For one caller at a time.</summary>
internal interface IListRecords : IAsyncDisposable
{
    /// <summary>Bytes of the file read so far, for the progress (P35).</summary>
    long BytesRead { get; }

    /// <summary>Bytes of the whole file; null when it does not tell.</summary>
    long? BytesTotal { get; }

    /// <summary>What the text is written in.</summary>
    string Encoding { get; }

    /// <summary>What separates the cells of <see cref="RawRecord"/>.</summary>
    char Separator { get; }

    /// <summary>Cells of the present record.</summary>
    int FieldCount { get; }

    /// <summary>Where it begins: a line of a text, a row of a sheet; from 1.</summary>
    long LineNumber { get; }

    /// <summary>The present record as a line of text.</summary>
    ReadOnlySpan<byte> RawRecord { get; }

    /// <summary>A cell of it goes on behind its closing quote.</summary>
    bool HasTextBehindQuote { get; }

    /// <summary>A cell; empty behind the last.</summary>
    ReadOnlySpan<byte> GetSpan(int column);

    string GetString(int column);

    bool IsEmpty(int column);

    /// <summary>Steps to the next record; false at the end.</summary>
    /// <exception cref="ListRefusedException">The file is broken here, and no row of it may be used.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);
}
