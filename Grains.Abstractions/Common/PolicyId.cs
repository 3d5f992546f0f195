using System.Globalization;

namespace Dialer;

/// <summary>One own call policy of jobs or redials; 0 = none, the campaign rules. Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.PolicyId")]
public readonly record struct PolicyId([property: Id(0)] long Value) : IComparable<PolicyId>
{
    public int CompareTo(PolicyId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out PolicyId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new PolicyId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
