using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;

namespace Dialer.Grains.Campaigns;

/// <summary>Minute packages and a trunk without funds (P12, P13, P46).</summary>
internal sealed partial class CampaignGrain
{
    // nothing is dialed from the first call that found no funds until the pause is written, however slow the database is
    private bool isPausingForFunds;

    public async Task FollowPackagesAsync(PackageVerdict verdict)
    {
        // told each second while a package is used up: most have nothing to do
        if (row is not null && terms is not null && PackageCauses.Follow(Stand, verdict, HasBot) is { Stand: var next } && next != Stand)
        {
            await ChangeAsync(_ => Task.FromResult<Answer<CampaignStep>>(PackageCauses.Follow(Stand, verdict, HasBot)));
        }
    }

    public Task NoFundsAsync(PauseCause cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return cause.Since >= runsFrom ? HoldForFundsAsync(cause) : Task.CompletedTask;
    }

    private bool HasBot => terms is { Scenario.IsNone: false };

    /// <summary>What is known of the packages is asked for anew: when somebody starts or resumes, and while one of them holds.</summary>
    private async Task LookUpPackagesAsync(List<PauseCause> causes, bool isAsked)
    {
        if (!isAsked && !causes.Any(PackageCauses.IsPackage))
        {
            return;
        }

        var verdict = await GrainFactory.GetGrain<IAccountGrain>(1).CheckPackagesAsync(anew: isAsked);
        var renewed = PackageCauses.Renew(causes, verdict, await HasBotNowAsync());
        causes.Clear();
        causes.AddRange(renewed);
    }

    /// <summary>A campaign that does not run has not heard of edits of its channel.</summary>
    private async Task<bool> HasBotNowAsync() =>
        (row!.Settings.Scenario ?? (await channels.ReadAsync(row.Settings.Channel))?.Settings.Scenario) is { IsNone: false };

    /// <summary>
    /// A call found the trunk without funds: the campaign pauses, once however many calls find it, and the channel tells its others. Calls
    /// from before a resume say nothing of what was paid since.
    /// </summary>
    private void NoticeFunds(TryId id, UnixTime startedAt, string? evidence)
    {
        if (startedAt < runsFrom || isPausingForFunds || row?.Status != CampaignStatus.Running)
        {
            return;
        }

        var seen = string.IsNullOrWhiteSpace(evidence) ? "402" : evidence.Trim();
        var cause = new PauseCause(
            PauseCodes.TelephonyMinutes,
            $"The trunk has no funds: it answered {seen}. Top up its account, then resume.",
            clock.Now(),
            $"the trunk answered {seen} to call {id}",
            IsTrunkFunds: true);
        HoldForFundsAsync(cause).Ignore();
        GrainFactory.GetGrain<IChannelGrain>(row.Settings.Channel.Value).NoFundsAsync(cause).Ignore();
    }

    private async Task HoldForFundsAsync(PauseCause cause)
    {
        if (isPausingForFunds || row?.Status != CampaignStatus.Running)
        {
            return;
        }

        isPausingForFunds = true;
        try
        {
            await ChangeAsync(_ => Task.FromResult<Answer<CampaignStep>>(
                row.Status == CampaignStatus.Running ? CampaignMachine.Hold(Stand, cause) : new CampaignStep(Stand, null)));
        }
        catch (Exception e)
        {
            // the next call that finds it says so again
            LogFailed(Id, "pausing for want of funds", e);
        }
        finally
        {
            isPausingForFunds = false;
        }
    }
}
