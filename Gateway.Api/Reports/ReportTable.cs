using System.Globalization;
using System.Text;
using System.Text.Json;
using Dialer.Reports;
using NodaTime;
using NodaTime.Text;

namespace Dialer.Gateway.Reports;

/// <summary>
/// A report as a table of texts: a page of rows after another, so that memory does not grow with them. Columns are known before the
/// first row: payload keys and report-data headers are found by a pass of its own over the store (<see cref="ReportColumns"/>), which
/// is dearer than taking them from the first rows and misses none.
/// </summary>
internal abstract class ReportTable
{
    public const int PageRows = 1_000;

    /// <summary>What the vendor's reports cut a header and a value to.</summary>
    private const int MaxHeader = 255;
    private const int MaxValue = 30_000;

    private readonly ReportColumns columns;
    private readonly string[] fixedColumns;
    private readonly Dictionary<string, int> payloadPlace = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> dataPlace = new(StringComparer.Ordinal);
    private readonly OffsetDateTimePattern pattern = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss;fffo<+HH:mm>");
    private readonly DateTimeZone zone;

    protected ReportTable(string[] fixedColumns, ReportColumns columns, string timeZone)
    {
        this.columns = columns;
        this.fixedColumns = fixedColumns;
        zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) ?? DateTimeZone.Utc;
        Header = [.. Headers()];
    }

    public string[] Header { get; }

    /// <summary>Pages in order; none is empty.</summary>
    public abstract IAsyncEnumerable<IReadOnlyList<string[]>> ReadAsync(CancellationToken cancel);

    /// <summary>An instant as people of the campaign read it, with the offset that makes it one for programs.</summary>
    protected string Text(UnixTime instant) => instant.IsNone || instant.IsNever
        ? ""
        : pattern.Format(Instant.FromUnixTimeMilliseconds(instant.Ms).InZone(zone).ToOffsetDateTime());

    protected static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    protected static string Text(TimeSpan time) => time == TimeSpan.Zero ? "" : time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The name of a value; the one that means nothing is empty.</summary>
    protected static string Word<T>(T value)
        where T : struct, Enum => EqualityComparer<T>.Default.Equals(value, default) ? "" : JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>A row: its fixed cells, then payload and report data. Of a header that several tries reported the last value stands.</summary>
    protected string[] Row(ReadOnlySpan<string> cells, string? payload, params IReadOnlyList<string> reportData)
    {
        var row = new string[Header.Length];
        Array.Fill(row, "");
        cells.CopyTo(row);
        TakePayload(row, payload);
        foreach (var data in reportData)
        {
            TakeData(row, data);
        }

        return row;
    }

    private static string CellText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        // not in the middle of a sign that is two
        return text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
    }

    private IEnumerable<string> Headers()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in fixedColumns)
        {
            taken.Add(name);
            yield return name;
        }

        var place = fixedColumns.Length;
        foreach (var key in columns.Payload)
        {
            payloadPlace[key] = place++;
            yield return Free($"payload:{key}", taken);
        }

        if (columns.HasMorePayload)
        {
            place++;
            yield return Free("payload", taken);
        }

        foreach (var header in columns.Data)
        {
            dataPlace[header] = place++;
            yield return Free(header, taken);
        }

        if (columns.HasMoreData)
        {
            yield return Free("report_data", taken);
        }
    }

    /// <summary>A name of its own for each column, also where two differ only behind the cut.</summary>
    private static string Free(string name, HashSet<string> taken)
    {
        var cut = SpreadsheetCell.Safe(Cut(name, MaxHeader));
        var free = cut;
        for (var suffix = 2; !taken.Add(free); suffix++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{cut} ({suffix})");
        }

        return free;
    }

    private void TakePayload(string[] row, string? payload)
    {
        if (payload is null)
        {
            return;
        }

        using var document = JsonDocument.Parse(payload);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        StringBuilder? more = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (payloadPlace.TryGetValue(property.Name, out var place))
            {
                row[place] = SpreadsheetCell.Safe(CellText(property.Value));
            }
            else
            {
                more = More(more, property);
            }
        }

        if (more is not null && columns.HasMorePayload)
        {
            row[fixedColumns.Length + columns.Payload.Count] = more.Append('}').ToString();
        }
    }

    private void TakeData(string[] row, string data)
    {
        using var document = JsonDocument.Parse(data);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        StringBuilder? more = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (dataPlace.TryGetValue(property.Name, out var place))
            {
                var value = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("value", out var inner) ? inner : property.Value;
                row[place] = SpreadsheetCell.Safe(Cut(CellText(value), MaxValue));
            }
            else
            {
                more = More(more, property);
            }
        }

        if (more is not null && columns.HasMoreData)
        {
            row[^1] = Cut(more.Append('}').ToString(), MaxValue);
        }
    }

    private static StringBuilder More(StringBuilder? more, JsonProperty property) =>
        (more is null ? new StringBuilder("{") : more.Append(','))
            .Append(JsonSerializer.Serialize(property.Name)).Append(':').Append(property.Value.GetRawText());
}
