namespace Dialer.Accounts;

/// <summary>The organisation: its settings. Key: 1, the one installation.</summary>
[Alias("dialer.IAccountGrain")]
public interface IAccountGrain : IGrainWithIntegerKey
{
    /// <summary>The settings and their version; those of the configuration until they were first written.</summary>
    [Alias("Get")]
    Task<OrganisationView> GetAsync();

    /// <summary>Replaces the settings, from the version named only. All silos follow within seconds.</summary>
    [Alias("Put")]
    Task<Answer<OrganisationView>> PutAsync(OrganisationSettings settings, int expectedVersion);
}

/// <summary>The organisation's settings with their version.</summary>
[GenerateSerializer, Immutable, Alias("dialer.OrganisationView")]
public sealed record OrganisationView([property: Id(0)] OrganisationSettings Settings, [property: Id(1)] int Version);
