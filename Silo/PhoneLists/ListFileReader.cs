using System.Text;
using CsvHelper;
using Dialer.Domain.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Reads a list file of any size row by row (P33, P34): kind, encoding, separator and header are found out when it is opened,
/// bad rows are told one by one, a broken file is refused as a whole. Takes the memory of one batch. For one caller at a time.
/// </summary>
internal sealed class ListFileReader : IAsyncDisposable
{
    private readonly SourceStream source;
    private readonly CsvReader csv;
    private readonly ListReadOptions options;
    private readonly string encoding;

    private ListRowParser? parser;
    private CsvMalformedRecord? malformed;
    private Refusal? refusal;

    // the reader stands on a record that was read ahead and not yet given out
    private bool isOnRecord;
    private long row;

    internal ListFileReader(SourceStream source, long? bytesTotal, string encoding, char? separator, ListReadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchRows);
        this.source = source;
        this.options = options;
        this.encoding = encoding;
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

    /// <summary>What was made of the beginning.</summary>
    public ListColumns Columns { get; private set; } = new(false, [], [], ',', TextEncodings.Utf8);

    /// <summary>Bytes of the file read so far, for the progress (P35).</summary>
    public long BytesRead => source.BytesRead;

    /// <summary>Bytes of the whole file; null when the stream does not tell.</summary>
    public long? BytesTotal { get; }

    /// <summary>The next rows. After the last batch, or a refusal, only empty ones.</summary>
    public async ValueTask<ListBatch> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<ListRow>(Math.Min(options.BatchRows, ListLimits.BatchRows));
        var rejected = new List<RejectedRow>();
        try
        {
            for (var bytes = 0; refusal is null && isOnRecord && rows.Count + rejected.Count < options.BatchRows && bytes < ListLimits.BatchBytes;)
            {
                bytes += csv.RawRecord.Length;
                Take(rows, rejected);
                isOnRecord = await NextAsync(cancellationToken);
            }
        }
        catch (Exception e) when (Refused(e) is { } found)
        {
            refusal = found;
        }

        return refusal is null ? new ListBatch(rows, rejected, !isOnRecord) : new ListBatch([], [], IsLast: true, refusal);
    }

    public async ValueTask DisposeAsync()
    {
        parser?.Dispose();
        await csv.DisposeAsync();
        await source.DisposeAsync();
    }

    /// <summary>Reads the header, if there is one, and up to the first row. Null when there is one.</summary>
    internal async ValueTask<Refusal?> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await NextAsync(cancellationToken))
            {
                return ListRefusals.Empty;
            }

            var header = FirstIsHeader() ? ListHeader.Named(Cells()) : ListHeader.Unnamed(csv.FieldCount);
            parser = new ListRowParser(options, header);
            Columns = new ListColumns(header.IsNamed, [.. header.Names], [.. header.Renamed], csv.Separator, encoding);
            isOnRecord = !header.IsNamed || await NextAsync(cancellationToken);
            return isOnRecord ? null : ListRefusals.OnlyHeader;
        }
        catch (Exception e) when (Refused(e) is { } found)
        {
            return found;
        }
    }

    /// <summary>
    /// A first cell that is text, or empty, is a header. Digits are not: a first phone with a mistake is told as a bad row
    /// instead of being swallowed as a name.
    /// </summary>
    private bool FirstIsHeader()
    {
        var first = csv.GetString(0).AsSpan().Trim();
        var why = PhoneParser.Parse(first, options.Country).Refusal;
        return why == PhoneRefusals.Characters || why == PhoneRefusals.Empty || first.Length > PhoneParser.MaxTextLength;
    }

    private string[] Cells() => [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];

    private void Take(List<ListRow> rows, List<RejectedRow> rejected)
    {
        row++;
        Refusal? why;
        string? field = null;
        if (malformed is { Reason: CsvMalformedReason.TextAfterClosingQuote })
        {
            why = ListRefusals.RowQuotes;
        }
        else if (parser!.Parse(csv, row, out why, out field) is { } parsed)
        {
            rows.Add(parsed);
            return;
        }

        rejected.Add(new RejectedRow(row, csv.LineNumber, why!.Code, why.Text, field, Raw()));
    }

    private string Raw()
    {
        var raw = csv.RawRecord;
        return Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, ListLimits.MaxRejectedRaw)]).Replace("\0", "", StringComparison.Ordinal);
    }

    /// <summary>Steps to the next record that is not blank.</summary>
    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        do
        {
            malformed = null;
            if (!await csv.ReadAsync(cancellationToken))
            {
                return false;
            }

            RefuseBrokenRecord();
        }
        while (IsBlank());

        return true;
    }

    private void RefuseBrokenRecord()
    {
        if (malformed is { } broken
            && (broken.Reason == CsvMalformedReason.UnterminatedQuote
                || (broken.Reason == CsvMalformedReason.TextAfterClosingQuote && csv.RawRecord.IndexOfAny((byte)'\n', (byte)'\r') >= 0)))
        {
            throw new ListRefusedException(ListRefusals.QuoteNotClosed(csv.LineNumber));
        }

        if (csv.RawRecord.Length > ListLimits.MaxRecordBytes)
        {
            throw new ListRefusedException(ListRefusals.RecordTooLong(csv.LineNumber));
        }

        if (csv.FieldCount > ListLimits.MaxColumns)
        {
            throw new ListRefusedException(ListRefusals.TooManyColumns(csv.LineNumber, csv.FieldCount));
        }
    }

    /// <summary>Empty lines are skipped (P33), those of nothing but separators too: spreadsheets leave them behind.</summary>
    private bool IsBlank() => !csv.RawRecord.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)csv.Separator);

    private static Refusal? Refused(Exception e) => e switch
    {
        ListRefusedException refused => refused.Refusal,
        CsvFormatException format => ListRefusals.RecordTooLong(format.LineNumber),
        _ => null,
    };
}
