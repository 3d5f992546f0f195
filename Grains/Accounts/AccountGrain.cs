using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Domain.Accounts;
using Dialer.Grains.Campaigns;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Accounts;

/// <summary>
/// Keeps the organisation's settings and minute packages through Orleans' persistence; until settings are first written the
/// configuration's hold.
/// </summary>
internal sealed partial class AccountGrain(
    OrganisationBoard board,
    ICampaignStore campaigns,
    IPackageStore packages,
    IClusterMembershipService membership,
    TimeProvider clock,
    ILogger<AccountGrain> logger,
    [PersistentState("account")] IPersistentState<AccountState> state) : Grain, IAccountGrain
{
    public Task<OrganisationView> GetAsync() => Task.FromResult(View());

    public async Task<Answer<OrganisationView>> PutAsync(OrganisationSettings settings, int expectedVersion)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (state.State.Version != expectedVersion)
        {
            return new Refusal("version_conflict", $"The settings were changed meanwhile: they are at version {state.State.Version}.");
        }

        var faults = OrganisationRules.Check(settings);
        if (faults.Count > 0)
        {
            return Answer<OrganisationView>.Refused(faults);
        }

        var before = (state.State.Settings, state.State.Version);
        (state.State.Settings, state.State.Version) = (settings, state.State.Version + 1);
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            (state.State.Settings, state.State.Version) = before;
            DeactivateOnIdle();
            throw;
        }

        board.Told(settings);
        return View();
    }

    public async Task<int> StopNowAsync(string actor)
    {
        // people first: neither a slow database nor one campaign that does not answer may keep a call up
        var told = await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, null, null);
        try
        {
            var open = await campaigns.ListOpenAsync();
            await Task.WhenAll(open.Select(id => GrainFactory.GetGrain<ICampaignGrain>(id.Value).PauseAsync(actor)));
        }
        finally
        {
            // what began between the two
            told += await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, null, null);
        }

        return told;
    }

    private OrganisationView View() => new(state.State.Settings ?? board.Configured, state.State.Version);
}

/// <summary>What the account keeps.</summary>
[GenerateSerializer, Alias("dialer.AccountState")]
public sealed class AccountState
{
    /// <summary>Null until first written.</summary>
    [Id(0)] public OrganisationSettings? Settings { get; set; }

    [Id(1)] public int Version { get; set; }

    /// <summary>The telephony package (P46); null = unlimited.</summary>
    [Id(2)] public PackageGrant? Telephony { get; set; }

    /// <summary>The speech package; null = unlimited.</summary>
    [Id(3)] public PackageGrant? Speech { get; set; }

    [Id(4)] public int PackagesVersion { get; set; }
}
