using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Domain.Accounts;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Accounts;

/// <summary>
/// The minute packages (P46). While one is limited this looks each second at what is used, live calls included, and holds campaigns
/// back when it is used up (docs/decisions/0018). Campaigns are told, never waited for: they ask here while they decide.
/// </summary>
internal sealed partial class AccountGrain
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>An answer that need not be of this very moment may be so old.</summary>
    private static readonly TimeSpan Fresh = LookEvery * 2;

    private readonly HashSet<CampaignId> telling = [];

    private PackageVerdict verdict = PackageVerdict.None;
    private PackageVerdict told = PackageVerdict.None;
    private IGrainTimer? meter;
    private long lookedTicks;
    private bool isFailing;

    private bool IsLimited => state.State.Telephony is not null || state.State.Speech is not null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        SetMeter();
        return Task.CompletedTask;
    }

    public Task TouchAsync() => Task.CompletedTask;

    public async Task<PackagesView> GetPackagesAsync()
    {
        var now = clock.Now();
        return View(PackageMeter.Measure(await packages.ReadUseAsync(now)), now);
    }

    public async Task<Answer<PackagesView>> PutPackagesAsync(PackageLimits limits, int expectedVersion)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (state.State.PackagesVersion != expectedVersion)
        {
            return new Refusal("version_conflict", $"The packages were changed meanwhile: they are at version {state.State.PackagesVersion}.");
        }

        var faults = PackageMeter.Check(limits);
        if (faults.Count > 0)
        {
            return Answer<PackagesView>.Refused(faults);
        }

        var now = clock.Now();
        var use = PackageMeter.Measure(await packages.ReadUseAsync(now));
        state.State.Telephony = PackageMeter.Buy(limits.TelephonySeconds, use.Telephony, now);
        state.State.Speech = PackageMeter.Buy(limits.SpeechSeconds, use.Speech, now);
        state.State.PackagesVersion++;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // in doubt: the next activation looks
            DeactivateOnIdle();
            throw;
        }

        SetMeter();
        Judge(use, now);
        await TellAsync();
        return View(use, now);
    }

    public async Task<PackageVerdict> CheckPackagesAsync(bool anew)
    {
        if (!IsLimited)
        {
            return PackageVerdict.None;
        }

        if (anew || lookedTicks == 0 || clock.GetElapsedTime(lookedTicks) > Fresh)
        {
            await LookAsync();
        }

        return verdict;
    }

    /// <summary>Only while a package is limited is anything looked at; and then this must not be put to sleep.</summary>
    private void SetMeter()
    {
        if (!IsLimited)
        {
            meter?.Dispose();
            meter = null;
            return;
        }

        meter ??= this.RegisterGrainTimer(
            MeterAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = LookEvery, Interleave = true, KeepAlive = true });
    }

    private async Task MeterAsync(CancellationToken cancel)
    {
        try
        {
            await LookAsync();
            await TellAsync();
            isFailing = false;
        }
        catch (Exception e)
        {
            if (!isFailing)
            {
                LogMeterFailed(e);
            }

            isFailing = true;
        }
    }

    private async Task LookAsync()
    {
        var asking = clock.GetTimestamp();
        var now = clock.Now();
        Judge(PackageMeter.Measure(await packages.ReadUseAsync(now)), now);
        lookedTicks = asking;
    }

    private void Judge(PackageUse use, UnixTime now)
    {
        var before = verdict;
        verdict = PackageMeter.Judge(state.State.Telephony, state.State.Speech, use, before, now);
        foreach (var cause in new[] { (before.Telephony, verdict.Telephony), (before.Speech, verdict.Speech) })
        {
            if (cause is { Item1: null, Item2: { } usedUp })
            {
                LogUsedUp(usedUp.Text);
            }
        }
    }

    /// <summary>
    /// Campaigns that run or are planned are told as long as they are; paused ones once for each change, so that they show all causes
    /// and may be resumed as soon as none is left.
    /// </summary>
    private async Task TellAsync()
    {
        var current = verdict;
        var isNew = current != told;
        if (current.IsNone && !isNew)
        {
            return;
        }

        foreach (var campaign in await packages.ReadHoldableAsync())
        {
            if ((isNew || !campaign.IsPaused) && telling.Add(campaign.Id))
            {
                TellAsync(campaign.Id, current).Ignore();
            }
        }

        told = current;
    }

    private async Task TellAsync(CampaignId campaign, PackageVerdict current)
    {
        try
        {
            await GrainFactory.GetGrain<ICampaignGrain>(campaign.Value).FollowPackagesAsync(current);
        }
        catch (Exception e)
        {
            // a running one is told again by the next look; a paused one asks by itself
            LogTellFailed(campaign, e.GetType().Name);
        }
        finally
        {
            telling.Remove(campaign);
        }
    }

    private PackagesView View(PackageUse use, UnixTime now) => new()
    {
        TelephonyLeft = LeftOf(state.State.Telephony, use.Telephony),
        SpeechLeft = LeftOf(state.State.Speech, use.Speech),
        TelephonyUsed = use.Telephony,
        SpeechUsed = use.Speech,
        AsOf = now,
        Version = state.State.PackagesVersion,
    };

    private static long? LeftOf(PackageGrant? grant, long used) => PackageMeter.Left(grant, used) is { } left ? Math.Max(0, left) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaigns are held back: {Cause}")]
    private partial void LogUsedUp(string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The minute packages could not be looked at; tried again each second")]
    private partial void LogMeterFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign} could not be told of the minute packages ({Cause}); told again soon")]
    private partial void LogTellFailed(CampaignId campaign, string cause);
}
