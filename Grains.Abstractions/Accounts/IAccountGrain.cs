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

    /// <summary>Pauses every running campaign and hangs up every call, on all silos, within 2 s (P61). Answers how many calls were told to end.</summary>
    [Alias("StopNow")]
    Task<int> StopNowAsync(string actor);
}

/// <summary>The organisation's settings with their version.</summary>
[GenerateSerializer, Immutable, Alias("dialer.OrganisationView")]
public sealed record OrganisationView([property: Id(0)] OrganisationSettings Settings, [property: Id(1)] int Version);
