using System.Globalization;

namespace Dialer;

/// <summary>One call job (задание на обзвон): a request to reach one subscriber. Rising; decimal digits on the wire.</summary>
[GenerateSerializer, Immutable, Alias("dialer.JobId")]
public readonly record struct JobId([property: Id(0)] long Value) : IComparable<JobId>
{
    public int CompareTo(JobId other) => Value.CompareTo(other.Value);

    /// <summary>Accepts decimal digits only, as sent on the wire.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        id = new JobId(value);
        return ok;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
