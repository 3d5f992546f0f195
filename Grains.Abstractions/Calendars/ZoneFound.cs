namespace Dialer.Calendars;

/// <summary>How the zone of a number was found (P4), in the order of the chain.</summary>
public enum ZoneSource : byte
{
    /// <summary>Not found: no source knows a zone.</summary>
    None = 0,

    /// <summary>The <c>GMT_ZONE</c> column of the list.</summary>
    ListColumn = 1,

    /// <summary>The <c>gmtZone</c> field of the Calls API.</summary>
    ApiField = 2,

    /// <summary>The operator's or regulator's table of number ranges.</summary>
    RangeTable = 3,

    /// <summary>The phone library, intersected with the country's zones and mended by our fix map.</summary>
    PhoneLibrary = 4,
}

/// <summary>
/// A zone as found, once, when the number was added (P4): an IANA id (<c>Europe/Moscow</c>), an offset (<c>+03:00</c>),
/// several candidates (<c>A|B|C</c>, sorted) or nothing (<c>""</c>). What is made of it is decided whenever it is judged,
/// by the campaign's settings of that moment.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.ZoneFound")]
public readonly record struct ZoneFound([property: Id(0)] string Key, [property: Id(1)] ZoneSource Source)
{
    public static readonly ZoneFound Nothing = new("", ZoneSource.None);

    /// <summary>Several zones are possible.</summary>
    public bool IsAmbiguous => Key.Contains('|', StringComparison.Ordinal);

    public bool IsNone => Key.Length == 0;

    public string[] Candidates => Key.Split('|');
}
