using System.Globalization;

namespace Dialer;

/// <summary>One campaign (обзвон). Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignId")]
public readonly record struct CampaignId([property: Id(0)] long Value) : IComparable<CampaignId>
{
    public int CompareTo(CampaignId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out CampaignId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new CampaignId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
