using Dialer.Accounts;
using Dialer.Campaigns;

namespace Dialer.Domain.Campaigns;

/// <summary>What used up minute packages mean for one campaign (P12, P46): speech holds only those that have a bot.</summary>
public static class PackageCauses
{
    public static bool IsPackage(PauseCause cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return cause is { Code: PauseCodes.TelephonyMinutes or PauseCodes.SpeechMinutes, IsTrunkFunds: false };
    }

    /// <summary>The causes that hold for a campaign of these conditions.</summary>
    public static IReadOnlyList<PauseCause> Of(PackageVerdict verdict, bool hasBot)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return [.. new[] { verdict.Telephony, hasBot ? verdict.Speech : null }.OfType<PauseCause>()];
    }

    /// <summary>These causes, with those of packages as they are now; one that was held already stays as it was told.</summary>
    public static IReadOnlyList<PauseCause> Renew(IEnumerable<PauseCause> causes, PackageVerdict verdict, bool hasBot)
    {
        var held = causes.ToList();
        var now = Of(verdict, hasBot);
        return [.. held.Where(c => !IsPackage(c) || now.Any(c.IsSame)), .. now.Where(n => !held.Any(n.IsSame))];
    }

    /// <summary>
    /// Pauses a running campaign, or one that is planned, while a package that it needs is used up; lifts what holds no longer. A draft
    /// is left alone: it is asked when somebody starts it.
    /// </summary>
    public static CampaignStep Follow(CampaignStand stand, PackageVerdict verdict, bool hasBot)
    {
        ArgumentNullException.ThrowIfNull(stand);
        var isDraft = stand.Status == CampaignStatus.Scheduled && stand.StartsAt.IsNone;
        var renewed = Renew(stand.Causes, verdict, hasBot);
        if (isDraft || stand.Status is CampaignStatus.Finished or CampaignStatus.Deleted || renewed.SequenceEqual(stand.Causes))
        {
            return new CampaignStep(stand, null);
        }

        return new CampaignStep(
            stand with { Causes = renewed, Status = CampaignStatus.Paused },
            stand.Status == CampaignStatus.Paused ? null : "paused_automatically");
    }
}
