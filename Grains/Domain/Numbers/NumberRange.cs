using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>All numbers that begin with a prefix from <c>first</c> to <c>last</c>, and their zone (P4).</summary>
public readonly record struct NumberRange
{
    /// <param name="first">First prefix, with country code; a whole number is a prefix too.</param>
    /// <param name="last">Last prefix, as long as the first.</param>
    /// <param name="digits">How many digits both have, 1–15.</param>
    /// <param name="zone">A zone key: IANA id, offset or candidates.</param>
    public NumberRange(long first, long last, int digits, string zone)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        ArgumentOutOfRangeException.ThrowIfNotEqual(NumberPlan.CountDigits(first), digits);
        ArgumentOutOfRangeException.ThrowIfNotEqual(NumberPlan.CountDigits(last), digits);
        ArgumentException.ThrowIfNullOrEmpty(zone);
        Start = Align(first, digits);
        End = Align(last + 1, digits);
        Zone = zone;
    }

    public string Zone { get; }

    internal long Start { get; }

    /// <summary>Exclusive.</summary>
    internal long End { get; }

    /// <summary>The number written out to 15 digits with zeros.</summary>
    internal static long Align(long value, int digits) => value * NumberPlan.Power(PhoneNumber.MaxDigits - digits);
}
