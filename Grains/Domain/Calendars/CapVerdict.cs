namespace Dialer.Domain.Calendars;

/// <summary>Which frequency cap holds a phone back (P58).</summary>
public enum CapKind : byte
{
    /// <summary>None: the phone may be called.</summary>
    None = 0,
    Day = 1,
    Week = 2,
    Month = 3,
    RollingHours = 4,
}

/// <summary>Whether the frequency caps let a phone be called (P58).</summary>
/// <param name="Cap">The cap that holds longest, when several do.</param>
/// <param name="Until">The earliest instant at which all caps let it be called again; none when they do now.</param>
public readonly record struct CapVerdict(CapKind Cap, UnixTime Until)
{
    public static readonly CapVerdict Allowed;

    public bool IsAllowed => Cap == CapKind.None;
}
