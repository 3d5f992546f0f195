using System.Globalization;

namespace Dialer;

/// <summary>One imported phone list. Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.ListId")]
public readonly record struct ListId([property: Id(0)] long Value) : IComparable<ListId>
{
    public int CompareTo(ListId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out ListId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new ListId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
