using Orleans.Concurrency;

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

    /// <summary>The minute packages as they are now (P46).</summary>
    [Alias("GetPackages"), AlwaysInterleave]
    Task<PackagesView> GetPackagesAsync();

    /// <summary>
    /// Sets what is left of each package from now on, from the version named only (P46). Campaigns that a package had paused may be
    /// resumed at once.
    /// </summary>
    [Alias("PutPackages")]
    Task<Answer<PackagesView>> PutPackagesAsync(PackageLimits limits, int expectedVersion);

    /// <summary>
    /// Which packages are used up: asked by campaigns that are about to start, or want to be resumed (P13). Costs nothing while none is
    /// limited.
    /// </summary>
    /// <param name="anew">By a look at this moment, not by that of a second ago.</param>
    [Alias("CheckPackages"), AlwaysInterleave]
    Task<PackageVerdict> CheckPackagesAsync(bool anew);

    /// <summary>Makes sure that live calls are metered while a package is limited: what every silo calls.</summary>
    [Alias("Touch"), AlwaysInterleave]
    Task TouchAsync();
}

/// <summary>The organisation's settings with their version.</summary>
[GenerateSerializer, Immutable, Alias("dialer.OrganisationView")]
public sealed record OrganisationView([property: Id(0)] OrganisationSettings Settings, [property: Id(1)] int Version);
