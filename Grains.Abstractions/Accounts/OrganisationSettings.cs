namespace Dialer.Accounts;

/// <summary>Settings of the installation (management API, <c>/organisation</c>).</summary>
[GenerateSerializer, Immutable, Alias("dialer.OrganisationSettings")]
public sealed record OrganisationSettings
{
    public const int MaxRetentionDays = 3650;

    /// <summary>ISO country: outer hours, number format and destination prefixes where nothing more is known.</summary>
    [Id(0)] public string Country { get; init; } = "RU";

    /// <summary>IANA zone that campaigns without one of their own take; null = asked for.</summary>
    [Id(1)] public string? TimeZone { get; init; }

    [Id(2)] public CareSettings Care { get; init; } = new();

    /// <summary>Days after which the data of a deleted campaign is erased, 0–3650 (P57).</summary>
    [Id(3)] public int RetentionDays { get; init; } = 30;
}
