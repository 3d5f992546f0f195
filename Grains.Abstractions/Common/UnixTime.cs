using System.Globalization;

namespace Dialer;

/// <summary>
/// An instant as Unix milliseconds: how instants are stored, compared and sent between grains.
/// Zero (<see cref="None"/>) means "not set".
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.UnixTime")]
public readonly record struct UnixTime([property: Id(0)] long Ms) : IComparable<UnixTime>
{
    /// <summary>No instant.</summary>
    public static readonly UnixTime None;

    /// <summary>Later than every instant that is judged; used for "never".</summary>
    public static readonly UnixTime Never = new(253_402_300_799_999);

    public bool IsNone => Ms == 0;

    /// <summary>Whether this is an instant that will never come.</summary>
    public bool IsNever => Ms >= Never.Ms;

    public static UnixTime From(DateTimeOffset instant) => new(instant.ToUnixTimeMilliseconds());

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(Ms);

    public static UnixTime Max(UnixTime a, UnixTime b) => a.Ms >= b.Ms ? a : b;

    public static UnixTime Min(UnixTime a, UnixTime b) => a.Ms <= b.Ms ? a : b;

    public static UnixTime operator +(UnixTime at, TimeSpan by) => new(at.Ms + (long)by.TotalMilliseconds);

    public static UnixTime operator -(UnixTime at, TimeSpan by) => new(at.Ms - (long)by.TotalMilliseconds);

    public static TimeSpan operator -(UnixTime a, UnixTime b) => TimeSpan.FromMilliseconds(a.Ms - b.Ms);

    public static bool operator <(UnixTime a, UnixTime b) => a.Ms < b.Ms;

    public static bool operator >(UnixTime a, UnixTime b) => a.Ms > b.Ms;

    public static bool operator <=(UnixTime a, UnixTime b) => a.Ms <= b.Ms;

    public static bool operator >=(UnixTime a, UnixTime b) => a.Ms >= b.Ms;

    public int CompareTo(UnixTime other) => Ms.CompareTo(other.Ms);

    public override string ToString() =>
        IsNone ? "-" : ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
