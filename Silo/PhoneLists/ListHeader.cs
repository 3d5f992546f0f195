using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dialer.Silo.PhoneLists;

/// <summary>The columns of a list (P33): their payload keys, and which of them mean something to the dialer.</summary>
internal sealed class ListHeader
{
    public const string ZoneName = "GMT_ZONE";
    public const string PriorityName = "DIALER_PRIORITY";

    private const string PriorityAlias = "dialerPriority";

    private readonly List<JsonEncodedText> keys = [];

    private ListHeader(bool isNamed) => IsNamed = isNamed;

    /// <summary>Whether the file names its columns.</summary>
    public bool IsNamed { get; }

    public List<string> Names { get; } = [];

    public List<string> Renamed { get; } = [];

    /// <summary>Column of the zone; 0 = none, because column 0 is the phone.</summary>
    public int ZoneColumn { get; private set; }

    /// <summary>Column of the priority; 0 = none.</summary>
    public int PriorityColumn { get; private set; }

    /// <summary>Columns without names: keys are the indexes, from 0.</summary>
    public static ListHeader Unnamed(int columns)
    {
        var header = new ListHeader(isNamed: false);
        _ = header.Key(Math.Max(0, columns - 1));
        return header;
    }

    /// <summary>
    /// Columns by the first row. An empty name is replaced by the column's index; a name that was taken gets a suffix; the
    /// columns that mean something to the dialer must be there once.
    /// </summary>
    /// <exception cref="ListRefusedException">Two columns of zones, or two of priorities.</exception>
    public static ListHeader Named(IReadOnlyList<string> cells)
    {
        var header = new ListHeader(isNamed: true);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var column = 0; column < cells.Count; column++)
        {
            var name = cells[column].Trim();
            header.Note(name, column);
            header.AddKey(header.Free(name.Length == 0 ? Index(column) : name, taken));
        }

        return header;
    }

    /// <summary>The payload key of a column; of one behind the last named, its index.</summary>
    public JsonEncodedText Key(int column)
    {
        while (keys.Count <= column)
        {
            AddKey(Index(keys.Count));
        }

        return keys[column];
    }

    private void Note(string name, int column)
    {
        if (column == 0)
        {
            return;
        }

        if (name.Equals(ZoneName, StringComparison.OrdinalIgnoreCase))
        {
            ZoneColumn = Only(ZoneName, ZoneColumn, column);
        }
        else if (name.Equals(PriorityName, StringComparison.OrdinalIgnoreCase) || name.Equals(PriorityAlias, StringComparison.OrdinalIgnoreCase))
        {
            PriorityColumn = Only(PriorityName, PriorityColumn, column);
        }
    }

    private static int Only(string name, int known, int column) =>
        known == 0 ? column : throw new ListRefusedException(ListRefusals.ColumnTwice(name, known + 1, column + 1));

    private string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var suffix = 2; !taken.Add(free); suffix++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{suffix}");
        }

        if (free != name)
        {
            Renamed.Add($"{name} → {free}");
        }

        return free;
    }

    private void AddKey(string name)
    {
        Names.Add(name);
        keys.Add(JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
    }

    private static string Index(int column) => column.ToString(CultureInfo.InvariantCulture);
}
