using System.Data;

namespace Dialer.Gateway.Reports;

/// <summary>
/// A table as the workbook library reads it: forward, a page in memory. The library is synchronous, so the thread that it runs on, none
/// of a request's, waits for each page.
/// </summary>
internal sealed class PagedRows : IDataReader, IAsyncDisposable
{
    /// <summary>The longest text that a cell takes.</summary>
    private const int MaxCell = 32_767;

    private readonly ReportTable table;
    private readonly IAsyncEnumerator<IReadOnlyList<string[]>> pages;
    private readonly int mostRows;
    private IReadOnlyList<string[]> page = [];
    private int place = -1;
    private int count;

    public PagedRows(ReportTable table, int mostRows, CancellationToken cancel)
    {
        this.table = table;
        this.mostRows = mostRows;
        pages = table.ReadAsync(cancel).GetAsyncEnumerator(cancel);
    }

    /// <summary>There were more rows than asked for.</summary>
    public bool IsCut { get; private set; }

    public int FieldCount => table.Header.Length;

    public int Depth => 0;

    public bool IsClosed => false;

    public int RecordsAffected => -1;

    public object this[int i] => GetValue(i);

    public object this[string name] => GetValue(GetOrdinal(name));

    public bool Read()
    {
        if (++place >= page.Count)
        {
            if (!pages.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }

            (page, place) = (pages.Current, 0);
        }

        IsCut = ++count > mostRows;
        return !IsCut;
    }

    public object GetValue(int i)
    {
        var text = page[place][i];
        return text.Length == 0 ? DBNull.Value : text.Length > MaxCell ? text[..MaxCell] : text;
    }

    public string GetName(int i) => table.Header[i];

    public int GetOrdinal(string name) => Array.IndexOf(table.Header, name);

    public Type GetFieldType(int i) => typeof(string);

    public string GetDataTypeName(int i) => "text";

    public bool IsDBNull(int i) => page[place][i].Length == 0;

    public string GetString(int i) => page[place][i];

    public int GetValues(object[] values)
    {
        var most = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < most; i++)
        {
            values[i] = GetValue(i);
        }

        return most;
    }

    public bool NextResult() => false;

    public void Close()
    {
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => pages.DisposeAsync();

    public DataTable? GetSchemaTable() => null;

    public bool GetBoolean(int i) => throw new NotSupportedException();

    public byte GetByte(int i) => throw new NotSupportedException();

    public long GetBytes(int i, long fieldOffset, byte[]? buffer, int bufferoffset, int length) => throw new NotSupportedException();

    public char GetChar(int i) => throw new NotSupportedException();

    public long GetChars(int i, long fieldoffset, char[]? buffer, int bufferoffset, int length) => throw new NotSupportedException();

    public IDataReader GetData(int i) => throw new NotSupportedException();

    public DateTime GetDateTime(int i) => throw new NotSupportedException();

    public decimal GetDecimal(int i) => throw new NotSupportedException();

    public double GetDouble(int i) => throw new NotSupportedException();

    public float GetFloat(int i) => throw new NotSupportedException();

    public Guid GetGuid(int i) => throw new NotSupportedException();

    public short GetInt16(int i) => throw new NotSupportedException();

    public int GetInt32(int i) => throw new NotSupportedException();

    public long GetInt64(int i) => throw new NotSupportedException();
}
