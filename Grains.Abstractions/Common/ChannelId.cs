using System.Globalization;

namespace Dialer;

/// <summary>One outgoing channel. Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.ChannelId")]
public readonly record struct ChannelId([property: Id(0)] long Value) : IComparable<ChannelId>
{
    public int CompareTo(ChannelId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out ChannelId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new ChannelId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
