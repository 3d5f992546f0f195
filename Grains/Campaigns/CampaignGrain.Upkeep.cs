using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Subscribers;

namespace Dialer.Grains.Campaigns;

/// <summary>What goes on beside dispatch: comparing permits with live rows, what time alone brings.</summary>
internal sealed partial class CampaignGrain
{
    /// <summary>Permits are compared with the live rows this often.</summary>
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    /// <summary>An admission without a reply for this long: raise the epoch and rebuild.</summary>
    private static readonly TimeSpan AdmissionLimit = TimeSpan.FromSeconds(15);

    /// <summary>Lanes are read from their start again this often: a lost hint costs a moment, not a number.</summary>
    private static readonly TimeSpan RewindEvery = TimeSpan.FromSeconds(30);

    /// <summary>A bot may speak once more after its call: a redial would come too late for a campaign that has finished meanwhile (P26).</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    private IGrainTimer? upkeep;
    private UnixTime rewoundAt;

    /// <summary>When a call last ended, as far as this activation knows; its own beginning counts as one.</summary>
    private UnixTime lastEndAt;

    private bool isLanesStale;

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Kick();
        return Task.CompletedTask;
    }

    /// <summary>A campaign that is over needs no loops and need not stay active; any other keeps them.</summary>
    private void StartTimers()
    {
        if (row!.Status is CampaignStatus.Finished or CampaignStatus.Deleted)
        {
            dispatch?.Dispose();
            upkeep?.Dispose();
            loading?.Dispose();
            dispatch = upkeep = loading = null;
            return;
        }

        dispatch ??= this.RegisterGrainTimer(
            DispatchAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = Poll, Interleave = true, KeepAlive = true });
        upkeep ??= this.RegisterGrainTimer(
            UpkeepAsync, new GrainTimerCreationOptions { DueTime = ReconcileEvery, Period = ReconcileEvery, Interleave = true });
        loading ??= this.RegisterGrainTimer(
            LoadAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = Poll, Interleave = true });
    }

    /// <summary>Reads lanes and live rows anew: after activation, a transition, or a lost reply.</summary>
    private async Task RebuildAsync()
    {
        StopDispatch();
        DropBundle();
        var live = await store.ReadLiveAsync(Id);
        permits.Rebuild([.. live.Select(r => r.Try)], clock.Now());
        await ReadLanesAsync();
    }

    private async Task ReadLanesAsync()
    {
        if (terms is null)
        {
            return;
        }

        var lanes = await store.ReadLanesAsync(Id);
        isLanesStale = false;
        if (board is null)
        {
            board = new LaneBoard(terms, lanes);
            return;
        }

        foreach (var lane in lanes)
        {
            board.Add(lane);
        }
    }

    /// <summary>The planned start, the finish-at instant, lanes that became known (P10, P61).</summary>
    private async Task RunDueAsync()
    {
        if (row is null)
        {
            return;
        }

        if (CampaignMachine.Due(Stand, row.Settings.FinishAt, clock.Now()) is not null)
        {
            await ChangeAsync(async now => await DueAsync(now));
        }

        if (isLanesStale && !isEntering && row.Status == CampaignStatus.Running)
        {
            await ReadLanesAsync();
        }

        if (row.Settings.FinishWhenIdle && idleCode == IdleCodes.NoNumbers && permits.InUse == 0 && asked == 0 && HasHeardBots)
        {
            await FinishIfDoneAsync();
        }
    }

    private async Task<Answer<CampaignStep>> DueAsync(UnixTime now)
    {
        if (CampaignMachine.Due(Stand, row!.Settings.FinishAt, now) is not { } due)
        {
            return new CampaignStep(Stand, null);
        }

        if (due.Stand.Status != CampaignStatus.Running)
        {
            return due;
        }

        // a list or channel that was deleted before the start pauses the campaign instead (P36, P45)
        var held = Stand;
        foreach (var fault in await ReadFaultsAsync(row.Settings))
        {
            held = CampaignMachine.Hold(held, new PauseCause(fault.Code, fault.Text, now)).Stand;
        }

        var packages = await GrainFactory.GetGrain<IAccountGrain>(1).CheckPackagesAsync(anew: true);
        held = PackageCauses.Follow(held, packages, await HasBotNowAsync()).Stand;

        return held == Stand || held.Status == CampaignStatus.Scheduled ? due : new CampaignStep(held, "paused_automatically");
    }

    private bool HasHeardBots => terms?.Scenario.IsNone != false || clock.Now() - lastEndAt >= LastWords;

    private async Task FinishIfDoneAsync()
    {
        var counters = await store.ReadCountersAsync(Id);
        if (counters is { Total: > 0 } c && c.Final == c.Total)
        {
            await turns.RunAsync(async () =>
            {
                if (row!.Status == CampaignStatus.Running && CampaignMachine.Finish(Stand, clock.Now()) is { IsDone: true, Value: { } finish })
                {
                    // numbers may be coming in right now: the row decides, as it is when it is written
                    await ApplyAsync(finish, row.Status, onlyIfDone: true);
                }

                return true;
            });
        }
    }

    private async Task UpkeepAsync(CancellationToken cancel)
    {
        if (row?.Status is not (CampaignStatus.Running or CampaignStatus.Paused) || isLeaving)
        {
            return;
        }

        try
        {
            var readAt = clock.Now();
            var live = await store.ReadLiveAsync(Id);
            permits.Reconcile(live.Select(r => r.Try).ToHashSet(), readAt);
            if (row.Status == CampaignStatus.Running && permits.IsOverdue(clock.Now() - AdmissionLimit))
            {
                await turns.RunAsync(async () =>
                {
                    isEntering = true;
                    await WriteAsync(row!);
                    try
                    {
                        await RebuildAsync();
                    }
                    catch
                    {
                        Leave();
                        throw;
                    }

                    isEntering = false;
                    return true;
                });
            }

            await CheckEpochAsync();
            await FollowOrganisationAsync();
            EndLowered();
            EndPassed();
            Rewind();
            await PauseWhenChannelStaysDownAsync();
            await turns.RunAsync(async () =>
            {
                await KeepSuspectsAsync();
                await LiftCausesAsync();
                return true;
            });
            Kick();
        }
        catch (Exception e)
        {
            storage.Failed(e);
            LogFailed(Id, "upkeep", e);
        }
    }

    private void Rewind()
    {
        var now = clock.Now();
        if (now - rewoundAt >= RewindEvery)
        {
            rewoundAt = now;
            board?.Rewind();
            isLanesStale = true;
        }
    }

    /// <summary>The organisation's care or country changed: lanes are judged by it from here on.</summary>
    private async Task FollowOrganisationAsync()
    {
        if (terms is null || channelSettings is null || row!.Status != CampaignStatus.Running)
        {
            return;
        }

        var fresh = care.Terms(Id, row.Settings, channelSettings, row.Status);
        if (fresh.Care != terms.Care || fresh.Country != terms.Country)
        {
            terms = fresh;
            board = null;
            ready.Clear();
            await ReadLanesAsync();
        }
    }

    /// <summary>Another activation raised the epoch: this one can dial nothing and leaves.</summary>
    private Task CheckEpochAsync() => StoredAsync();

    private void Leave()
    {
        isLeaving = true;
        StopDispatch();
        DeactivateOnIdle();
    }

    /// <summary>15 minutes without the channel, within calling hours, pause the campaign (P12, P42).</summary>
    private async Task PauseWhenChannelStaysDownAsync()
    {
        if (outage.IsLasting && row!.Status == CampaignStatus.Running)
        {
            await SetCauseAsync(
                new PauseCause(
                    PauseCodes.ChannelDown,
                    "The channel has not answered for 15 minutes: check the trunk, then resume. No number was lost.",
                    clock.Now(),
                    channelHealth?.Evidence),
                holds: true);
        }
    }

    /// <summary>
    /// A long outage of storage pauses before anything is dialed again (P12). Asked when numbers are due, so that an outage at night
    /// pauses nobody. True: paused, or it could not be written yet.
    /// </summary>
    private async Task<bool> PauseAfterOutageAsync()
    {
        if (storage.Lasting() is not { } lasting || lasting.Since <= state.State.OutageSeen || lasting.End <= row!.StartedAt)
        {
            return false;
        }

        // written with the cause: a resume is not paused again for the same outage
        state.State.OutageSeen = lasting.Since;
        await SetCauseAsync(
            new PauseCause(
                PauseCodes.StorageFailing,
                "The database did not answer for 15 minutes, or took no writes: check it and its disk, then resume. No number was lost.",
                clock.Now(),
                $"from {lasting.Since} to {lasting.End}"),
            holds: true);
        return true;
    }

    private async Task<IdleReason?> IdleReasonAsync(CampaignRow shown, CampaignCounters counters, UnixTime now)
    {
        var (code, until) = shown.Status switch
        {
            CampaignStatus.Scheduled when shown.StartsAt.IsNone => (IdleCodes.Draft, UnixTime.None),
            CampaignStatus.Scheduled => (IdleCodes.Scheduled, shown.StartsAt),
            CampaignStatus.Paused => (IdleCodes.Paused, UnixTime.None),
            CampaignStatus.Running => (idleCode, idleUntil),
            _ => (IdleCodes.Finished, UnixTime.None),
        };
        if (code == IdleCodes.NoNumbers && counters.Backoff > 0)
        {
            (code, until) = (IdleCodes.Backoff, await store.ReadNextBackoffAsync(Id));
        }

        if (code == IdleCodes.NoNumbers && counters.Waiting > 0)
        {
            // rows that were added a moment ago: the loop is about to see them
            code = null;
        }

        return code is null ? null : new IdleReason(code, IdleCodes.Text(code), until > now ? until : UnixTime.None);
    }
}
