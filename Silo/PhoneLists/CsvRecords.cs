using CsvHelper;

namespace Dialer.Silo.PhoneLists;

/// <summary>The records of a text file.</summary>
internal sealed class CsvRecords : IListRecords
{
    private readonly SourceStream source;
    private readonly CsvReader csv;
    private CsvMalformedRecord? malformed;

    public CsvRecords(SourceStream source, long? bytesTotal, string encoding, char? separator)
    {
        this.source = source;
        Encoding = encoding;
        BytesTotal = bytesTotal;
        csv = CsvReader.Create(
            source,
            new CsvReaderOptions
            {
                HasHeader = false,
                Separator = separator,
                Encoding = encoding == TextEncodings.Utf8 ? null : TextEncodings.Find(encoding),
                TrackLineNumbers = true,
                BufferSize = ListLimits.MaxRecordBytes,
                MaxRecordSize = ListLimits.MaxRecordBytes,
                MalformedData = CsvMalformedDataHandling.Recover,
                OnMalformedRecord = found => malformed = found,
                IncludeValuesInExceptions = false,
            },
            leaveOpen: true);
    }

    public long BytesRead => source.BytesRead;

    public long? BytesTotal { get; }

    public string Encoding { get; }

    public char Separator => csv.Separator;

    public int FieldCount => csv.FieldCount;

    public long LineNumber => csv.LineNumber;

    public ReadOnlySpan<byte> RawRecord => csv.RawRecord;

    public bool HasTextBehindQuote => malformed is { Reason: CsvMalformedReason.TextAfterClosingQuote };

    public ReadOnlySpan<byte> GetSpan(int column) => csv.GetSpan(column);

    public string GetString(int column) => csv.GetString(column);

    public bool IsEmpty(int column) => csv.IsEmpty(column);

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        malformed = null;
        try
        {
            if (!await csv.ReadAsync(cancellationToken))
            {
                return false;
            }
        }
        catch (CsvFormatException e)
        {
            throw new ListRefusedException(ListRefusals.RecordTooLong(e.LineNumber));
        }

        if (malformed is { } broken
            && (broken.Reason == CsvMalformedReason.UnterminatedQuote
                || (broken.Reason == CsvMalformedReason.TextAfterClosingQuote && csv.RawRecord.IndexOfAny((byte)'\n', (byte)'\r') >= 0)))
        {
            throw new ListRefusedException(ListRefusals.QuoteNotClosed(csv.LineNumber));
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await csv.DisposeAsync();
        await source.DisposeAsync();
    }
}
