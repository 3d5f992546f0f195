namespace Dialer.Accounts;

/// <summary>
/// Care for the people called (P22, P58, P60, P12). On for SIP channels, off for simulated ones unless a setting says
/// otherwise (<c>Dialer:Care:*</c>). A cap of 0 = none.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CareSettings")]
public sealed record CareSettings
{
    /// <summary>What holds for simulated channels.</summary>
    public static readonly CareSettings Off = new() { GapMinutes = 0, CallsPerDay = 0, OuterHours = false, SuspiciousOutcomes = false };

    /// <summary>Minutes between the end of one job of a phone and the start of another, over all campaigns (P22).</summary>
    [Id(0)] public int GapMinutes { get; init; } = 5;

    /// <summary>Calls placed to a phone per local day, over all campaigns (P58).</summary>
    [Id(1)] public int CallsPerDay { get; init; } = 10;

    [Id(2)] public int CallsPerWeek { get; init; }
    [Id(3)] public int CallsPerMonth { get; init; }

    /// <summary>Calls placed in any <see cref="RollingHours"/> hours.</summary>
    [Id(4)] public int CallsPerRollingHours { get; init; }

    [Id(5)] public int RollingHours { get; init; } = 24;

    /// <summary>Keep to the country's outer hours in the callee's zone (P60).</summary>
    [Id(6)] public bool OuterHours { get; init; } = true;

    /// <summary>Pause a campaign whose outcomes look like a wrong prefix or a carrier's limit (P12).</summary>
    [Id(7)] public bool SuspiciousOutcomes { get; init; } = true;

    public bool HasCaps => CallsPerDay > 0 || CallsPerWeek > 0 || CallsPerMonth > 0 || CallsPerRollingHours > 0;
}
