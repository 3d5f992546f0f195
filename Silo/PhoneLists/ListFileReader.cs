using System.Text;
using Dialer.Domain.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Reads a list file of any size row by row (P33, P34): kind, encoding, separator and header are found out when it is opened,
/// bad rows are told one by one, a broken file is refused as a whole. Takes the memory of one batch. For one caller at a time.
/// </summary>
internal sealed class ListFileReader : IAsyncDisposable
{
    private readonly IListRecords records;
    private readonly ListReadOptions options;

    private ListRowParser? parser;
    private Refusal? refusal;

    // the reader stands on a record that was read ahead and not yet given out
    private bool isOnRecord;
    private long row;

    internal ListFileReader(IListRecords records, ListReadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchRows);
        this.records = records;
        this.options = options;
    }

    /// <summary>What was made of the beginning.</summary>
    public ListColumns Columns { get; private set; } = new(false, [], [], ',', TextEncodings.Utf8);

    /// <summary>Bytes of the file read so far, for the progress (P35).</summary>
    public long BytesRead => records.BytesRead;

    /// <summary>Bytes of the whole file; null when the stream does not tell.</summary>
    public long? BytesTotal => records.BytesTotal;

    /// <summary>The next rows. After the last batch, or a refusal, only empty ones.</summary>
    public async ValueTask<ListBatch> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<ListRow>(Math.Min(options.BatchRows, ListLimits.BatchRows));
        var rejected = new List<RejectedRow>();
        try
        {
            for (var bytes = 0; refusal is null && isOnRecord && rows.Count + rejected.Count < options.BatchRows && bytes < ListLimits.BatchBytes;)
            {
                bytes += records.RawRecord.Length;
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
        await records.DisposeAsync();
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

            var header = FirstIsHeader() ? ListHeader.Named(Cells()) : ListHeader.Unnamed(records.FieldCount);
            parser = new ListRowParser(options, header);
            Columns = new ListColumns(header.IsNamed, [.. header.Names], [.. header.Renamed], records.Separator, records.Encoding);
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
        var first = records.GetString(0).AsSpan().Trim();
        var why = PhoneParser.Parse(first, options.Country).Refusal;
        return why == PhoneRefusals.Characters || why == PhoneRefusals.Empty || first.Length > PhoneParser.MaxTextLength;
    }

    private string[] Cells() => [.. Enumerable.Range(0, records.FieldCount).Select(records.GetString)];

    private void Take(List<ListRow> rows, List<RejectedRow> rejected)
    {
        row++;
        if (parser!.Parse(records, row, out var fault) is { } parsed)
        {
            rows.Add(parsed);
            return;
        }

        rejected.Add(new RejectedRow(row, records.LineNumber, fault.Why.Code, fault.Why.Text, fault.Field, Raw(), fault.Phone));
    }

    private string Raw()
    {
        var raw = records.RawRecord;
        return Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, ListLimits.MaxRejectedRaw)]).Replace("\0", "", StringComparison.Ordinal);
    }

    /// <summary>Steps to the next record that is not blank.</summary>
    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (!await records.ReadAsync(cancellationToken))
            {
                return false;
            }

            RefuseTooLarge();
        }
        while (IsBlank());

        return true;
    }

    private void RefuseTooLarge()
    {
        if (records.RawRecord.Length > ListLimits.MaxRecordBytes)
        {
            throw new ListRefusedException(ListRefusals.RecordTooLong(records.LineNumber));
        }

        if (records.FieldCount > ListLimits.MaxColumns)
        {
            throw new ListRefusedException(ListRefusals.TooManyColumns(records.LineNumber, records.FieldCount));
        }
    }

    /// <summary>Empty lines are skipped (P33), those of nothing but separators too: spreadsheets leave them behind.</summary>
    private bool IsBlank() => !records.RawRecord.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)records.Separator);

    private static Refusal? Refused(Exception e) => (e as ListRefusedException)?.Refusal;
}
