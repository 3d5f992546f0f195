using System.Globalization;

namespace Dialer;

/// <summary>One dispatch lane of a campaign; see Lane. Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.LaneId")]
public readonly record struct LaneId([property: Id(0)] long Value) : IComparable<LaneId>
{
    public int CompareTo(LaneId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out LaneId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new LaneId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
