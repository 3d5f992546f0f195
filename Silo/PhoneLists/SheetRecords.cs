using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using MiniExcelLibs;
using MiniExcelLibs.OpenXml;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// The rows of a workbook's first sheet (P33), by the rules of a text file. Cells are read as what people see in them without their
/// formats: numbers as digits without exponents, dates as <c>2026-05-01</c> or <c>2026-05-01 09:00:00</c>. The workbook has been
/// looked through by <see cref="WorkbookCheck"/>: it is no bomb, and its width is known.
/// </summary>
internal sealed class SheetRecords : IListRecords
{
    private static readonly OpenXmlConfiguration Configuration = new() { EnableSharedStringCache = false };

    private readonly Stream stream;
    private readonly bool leaveOpen;
    private readonly IEnumerator<object> rows;
    private readonly ArrayBufferWriter<byte> cells = new(1024);
    private readonly ArrayBufferWriter<byte> raw = new(1024);
    private readonly List<int> ends = [];

    public SheetRecords(Stream stream, int columns, bool leaveOpen)
    {
        this.stream = stream;
        this.leaveOpen = leaveOpen;
        BytesTotal = stream.Length;

        // one column more than a list may have shows that it has too many
        rows = MiniExcel.QueryRange(
            stream, false, null, ExcelType.XLSX, 1, 1, ListLimits.MaxSheetRows, Math.Clamp(columns, 1, ListLimits.MaxColumns + 1), Configuration).GetEnumerator();
    }

    public long BytesRead => stream.Position;

    public long? BytesTotal { get; }

    public string Encoding => "xlsx";

    public char Separator => '\t';

    public int FieldCount => ends.Count;

    public long LineNumber { get; private set; }

    public ReadOnlySpan<byte> RawRecord => raw.WrittenSpan;

    public bool HasTextBehindQuote => false;

    public ReadOnlySpan<byte> GetSpan(int column)
    {
        if (column >= ends.Count)
        {
            return [];
        }

        var start = column == 0 ? 0 : ends[column - 1];
        return cells.WrittenSpan[start..ends[column]];
    }

    public string GetString(int column) => System.Text.Encoding.UTF8.GetString(GetSpan(column));

    public bool IsEmpty(int column) => GetSpan(column).IsEmpty;

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!rows.MoveNext())
            {
                return ValueTask.FromResult(false);
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw new ListRefusedException(ListRefusals.WorkbookBroken);
        }

        LineNumber++;
        Take((IDictionary<string, object?>)rows.Current);
        return ValueTask.FromResult(true);
    }

    public async ValueTask DisposeAsync()
    {
        rows.Dispose();
        if (!leaveOpen)
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>What the library throws on workbooks that hold nonsense; an outage of the disk is none of it.</summary>
    private static bool IsBroken(Exception e) => e is InvalidDataException or XmlException or FormatException or OverflowException or ArgumentException
        or InvalidOperationException or NullReferenceException or KeyNotFoundException or IndexOutOfRangeException or InvalidCastException or NotSupportedException
        or EndOfStreamException;

    private void Take(IDictionary<string, object?> row)
    {
        cells.ResetWrittenCount();
        raw.ResetWrittenCount();
        ends.Clear();
        var filled = 0;
        foreach (var (_, value) in row)
        {
            System.Text.Encoding.UTF8.GetBytes(Text(value), cells);
            ends.Add(cells.WrittenCount);
            filled = GetSpan(ends.Count - 1).IsEmpty ? filled : ends.Count;
        }

        // a sheet is as wide as its widest row: what is empty at the end is no cell
        ends.RemoveRange(filled, ends.Count - filled);
        for (var column = 0; column < ends.Count; column++)
        {
            WriteRaw(GetSpan(column), isFirst: column == 0);
        }
    }

    private void WriteRaw(ReadOnlySpan<byte> cell, bool isFirst)
    {
        var into = raw.GetSpan(cell.Length + 1);
        var length = 0;
        if (!isFirst)
        {
            into[length++] = (byte)Separator;
        }

        foreach (var sign in cell)
        {
            into[length++] = sign is (byte)'\t' or (byte)'\r' or (byte)'\n' ? (byte)' ' : sign;
        }

        raw.Advance(length);
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        double number => Number(number),
        bool flag => flag ? "TRUE" : "FALSE",
        DateTime { TimeOfDay.Ticks: 0 } date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime date => date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Digits, never an exponent; fractions to the 15 digits that a spreadsheet keeps.</summary>
    private static string Number(double number) => number == Math.Truncate(number)
        ? number.ToString("F0", CultureInfo.InvariantCulture)
        : Math.Abs(number) < 1e15 && Math.Abs(number) > 1e-9
            ? ((decimal)number).ToString("0.###############", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
}
