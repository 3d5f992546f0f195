using Dialer.Domain.Accounts;

namespace Dialer.Grains.Accounts;

/// <summary>What minute packages are metered by (P46): sums over campaigns and live calls, never over jobs.</summary>
public interface IPackageStore
{
    /// <summary>What was used and is being used, in one snapshot; deleted campaigns count.</summary>
    Task<PackageReading> ReadUseAsync(UnixTime now);

    /// <summary>Campaigns that a used up package holds back: running, planned, paused. Drafts are not among them.</summary>
    Task<IReadOnlyList<HoldableCampaign>> ReadHoldableAsync();
}

/// <summary>A campaign that may be held back.</summary>
public readonly record struct HoldableCampaign(CampaignId Id, bool IsPaused);
