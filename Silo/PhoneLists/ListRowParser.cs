using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>One record of the file → a row or the reason why not (P33, P34). Allocates next to nothing per row.</summary>
internal sealed class ListRowParser(ListReadOptions options, ListHeader header) : IDisposable
{
    // a cell of the phone, zone or priority: longer ones are wrong whatever they hold
    private const int MaxCellBytes = 4 * PhoneParser.MaxTextLength;

    private const int MaxKnownZones = 1_000;

    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly ByteChunks chunks = new();
    private readonly Utf8JsonWriter json = new(
        Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    // the same few zones stand in a million cells
    private readonly Dictionary<string, string> zones = new(StringComparer.Ordinal);

    /// <summary>The row, or null with what is wrong with it.</summary>
    public ListRow? Parse(IListRecords record, long number, out RowFault fault)
    {
        fault = default;
        Span<char> cell = stackalloc char[MaxCellBytes];
        if (Whole(record) is { } whole)
        {
            fault = new RowFault(whole, null, whole == ListRefusals.RowSwallowsRows ? RejectedRow.SeveralPhones : HeldPhone(record, cell));
            return null;
        }

        var phone = TryText(record.GetSpan(0), cell, out var text)
            ? PhoneParser.Parse(text, options.Country)
            : new ParsedPhone(default, default, false, PhoneRefusals.TooLong);
        if (!phone.IsValid)
        {
            fault = new RowFault(phone.Refusal, header.Names[0], HeldPhone(record, cell));
            return null;
        }

        if (!TryPriority(record, cell, out var priority))
        {
            fault = new RowFault(ListRefusals.RowPriority, header.Names[header.PriorityColumn], phone.Phone);
            return null;
        }

        if (!TryZone(record, cell, out var zone))
        {
            fault = new RowFault(GmtZoneGrammar.Refusal, header.Names[header.ZoneColumn], phone.Phone);
            return null;
        }

        var found = options.Zones.Find(phone, zone, ZoneSource.ListColumn);
        return new ListRow(number, record.LineNumber, phone.Phone, phone.WasFixed, priority, found, Payload(record), chunks.Add(record.RawRecord));
    }

    public void Dispose() => json.Dispose();

    private Refusal? Whole(IListRecords record)
    {
        if (record.HasTextBehindQuote)
        {
            return ListRefusals.RowQuotes;
        }

        if (record.RawRecord.Contains((byte)0))
        {
            return ListRefusals.RowNul;
        }

        if (header.IsNamed && record.FieldCount > header.Names.Count)
        {
            for (var column = header.Names.Count; column < record.FieldCount; column++)
            {
                if (!record.IsEmpty(column))
                {
                    return ListRefusals.RowColumns(record.FieldCount, header.Names.Count);
                }
            }
        }

        return SwallowsRows(record) ? ListRefusals.RowSwallowsRows : null;
    }

    /// <summary>
    /// A missing closing quote joins rows up to the next quote. Where that leaves a proper record, the phones that stand at
    /// the beginnings of its lines give it away.
    /// </summary>
    private bool SwallowsRows(IListRecords record)
    {
        var rest = record.RawRecord;
        Span<char> cell = stackalloc char[MaxCellBytes];
        for (var end = rest.IndexOfAny((byte)'\n', (byte)'\r'); end >= 0; end = rest.IndexOfAny((byte)'\n', (byte)'\r'))
        {
            rest = rest[(end + 1)..];
            var first = rest.IndexOf((byte)record.Separator);
            if (first > 0 && TryText(rest[..first], cell, out var text) && PhoneParser.Parse(text.Trim('"'), options.Country).IsValid)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whose row it is, though it cannot be called: also where only the country code is missing, or Excel has put ".0" behind the number.
    /// </summary>
    private PhoneNumber HeldPhone(IListRecords record, Span<char> cell)
    {
        if (!TryText(record.GetSpan(0), cell, out var text))
        {
            return default;
        }

        var phone = PhoneParser.Parse(text, options.Country);
        if (phone.Refusal == PhoneRefusals.DecimalPoint)
        {
            phone = PhoneParser.Parse(text[..text.IndexOfAny('.', ',')], options.Country);
        }
        else if (phone.Refusal == PhoneRefusals.National)
        {
            phone = PhoneParser.Parse(string.Create(CultureInfo.InvariantCulture, $"+{NumberPlan.CallingCodeOf(options.Country)}{text}"), options.Country);
        }

        return phone.Phone;
    }

    private bool TryPriority(IListRecords record, Span<char> cell, out byte priority)
    {
        priority = LaneKey.DefaultPriority;
        if (header.PriorityColumn == 0 || record.IsEmpty(header.PriorityColumn))
        {
            return true;
        }

        if (!TryText(record.GetSpan(header.PriorityColumn), cell, out var text))
        {
            return false;
        }

        if (text is [>= '1' and <= '5'])
        {
            priority = (byte)(text[0] - '0');
            return true;
        }

        return text.IsEmpty;
    }

    private bool TryZone(IListRecords record, Span<char> cell, out string? zone)
    {
        zone = null;
        if (header.ZoneColumn == 0 || record.IsEmpty(header.ZoneColumn))
        {
            return true;
        }

        if (!TryText(record.GetSpan(header.ZoneColumn), cell, out var text))
        {
            return false;
        }

        if (text.IsEmpty)
        {
            return true;
        }

        var known = zones.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(text, out zone))
        {
            return true;
        }

        if (!GmtZoneGrammar.TryParse(text, out var key))
        {
            return false;
        }

        zone = key;
        if (zones.Count < MaxKnownZones)
        {
            known[text] = key;
        }

        return true;
    }

    private ReadOnlyMemory<byte> Payload(IListRecords record)
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        var columns = header.IsNamed ? header.Names.Count : record.FieldCount;
        for (var column = 0; column < columns; column++)
        {
            json.WriteString(header.Key(column), record.GetSpan(column));
        }

        json.WriteEndObject();
        json.Flush();
        return chunks.Add(buffer.WrittenSpan);
    }

    /// <summary>The cell as text, without blanks around it; false when it is too long to mean anything.</summary>
    private static bool TryText(ReadOnlySpan<byte> cell, Span<char> into, out ReadOnlySpan<char> text)
    {
        text = default;
        if (cell.Length > MaxCellBytes)
        {
            return false;
        }

        text = ((ReadOnlySpan<char>)into[..Encoding.UTF8.GetChars(cell, into)]).Trim();
        return true;
    }
}
