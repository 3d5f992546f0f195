using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Domain.Phones;

/// <summary>
/// What is known of a phone over all campaigns (P22, P38, P58): read and written in the intent's transaction. A phone that was
/// never dialed has no row.
/// </summary>
public sealed record PhoneRow
{
    public required PhoneNumber Phone { get; init; }

    /// <summary>The try that holds the phone; default = none.</summary>
    public TryId LiveTry { get; init; }

    public JobId LastJob { get; init; }

    public UnixTime LastEnd { get; init; }

    /// <summary>Recent starts as <see cref="Calendars.CallStarts"/> encodes them; empty where no cap is in force.</summary>
    public byte[] Starts { get; init; } = [];

    public bool DoNotCall { get; init; }

    public int Version { get; init; }

    public bool IsLive => LiveTry.Number > 0;
}
