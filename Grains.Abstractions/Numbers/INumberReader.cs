using Dialer.Calendars;

namespace Dialer.Numbers;

/// <summary>Makes a number of what people write, and finds its zone (P4, P33).</summary>
public interface INumberReader
{
    /// <param name="text">The number as written, with or without plus.</param>
    /// <param name="gmtZone">The zone given with it (calls-api §1.4); null = found from the number.</param>
    Answer<ReadNumber> Read(string text, string? gmtZone);
}

/// <summary>A valid number and its zone.</summary>
public sealed record ReadNumber(PhoneNumber Phone, ZoneFound Zone);
