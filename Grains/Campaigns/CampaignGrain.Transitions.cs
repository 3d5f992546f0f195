using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.PhoneLists;

namespace Dialer.Grains.Campaigns;

/// <summary>The state machine's shell: decide, write the row (raising the epoch), then act.</summary>
internal sealed partial class CampaignGrain
{
    public const string KeepAlive = "keep-alive";

    public async Task<Answer<CampaignView>> CreateAsync(CampaignSettings settings, UnixTime startsAt)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (row is not null)
        {
            return View(row);
        }

        var now = clock.Now();
        var faults = CampaignRules.Check(settings, startsAt, now).Concat((await CheckReferencesAsync(settings)).Where(IsFaultOfADraft)).ToList();
        if (faults.Count == 0)
        {
            faults.AddRange(await RefuseUnconfirmedZoneAsync(settings));
        }

        if (faults.Count > 0)
        {
            return Answer<CampaignView>.Refused(faults);
        }

        var made = new CampaignRow
        {
            Id = Id,
            Token = NewToken(Id),
            Settings = settings,
            Status = CampaignStatus.Scheduled,
            Epoch = 1,
            CreatedAt = now,
            StartsAt = startsAt,
            Change = new CampaignChange("created", null, now, []),
        };
        try
        {
            await store.InsertAsync(made);
        }
        catch
        {
            // in doubt: the next activation looks
            DeactivateOnIdle();
            throw;
        }

        row = made with { Change = null };
        await ReadConditionsAsync();
        StartTimers();
        await KeepAliveAsync();
        Kick();
        return View(row);
    }

    public Task<Answer<CampaignView>> StartAsync(string actor) => ChangeAsync(async now =>
        await WithCausesLookedUpAsync(CampaignMachine.Start, now), actor);

    public Task<Answer<CampaignView>> PauseAsync(string actor) => ChangeAsync(now => Task.FromResult(CampaignMachine.Pause(Stand, now)), actor);

    public Task<Answer<CampaignView>> ResumeAsync(string actor, bool putBack = false) => ChangeAsync(async now =>
    {
        var answer = await WithCausesLookedUpAsync(CampaignMachine.Resume, now);
        if (answer.IsDone && putBack)
        {
            await PutBackAsync();
        }

        return answer;
    }, actor);

    public Task<Answer<CampaignView>> FinishAsync(string actor) => ChangeAsync(now => Task.FromResult(CampaignMachine.Finish(Stand, now)), actor);

    public async Task<Answer<CampaignView>> DeleteAsync(string actor) => row?.Status == CampaignStatus.Deleted
        ? await FreshViewAsync()
        : await ChangeAsync(now => Task.FromResult(CampaignMachine.Delete(Stand, now)), actor);

    public async Task<Answer<CampaignView>> EditAsync(CampaignSettings settings, UnixTime startsAt, int expectedVersion, string actor)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return await turns.RunAsync<Answer<CampaignView>>(async () =>
        {
            if (row is null)
            {
                return NoSuchCampaign();
            }

            var faults = await RefuseEditAsync(settings, startsAt, expectedVersion);
            if (faults.Count > 0)
            {
                await DemandEpochAsync();
                return Answer<CampaignView>.Refused(faults);
            }

            isLowered |= settings.Attempts.Initial < row.Settings.Attempts.Initial || settings.Attempts.Maximum < row.Settings.Attempts.Maximum;
            isEntering = true;
            await WriteAsync(row with { Settings = settings, StartsAt = startsAt, SettingsVersion = row.SettingsVersion + 1, Change = new CampaignChange("edited", actor, clock.Now(), Stand.Causes, row.Status) });
            try
            {
                await EnterAsync();
            }
            catch
            {
                Leave();
                throw;
            }

            await LiftCausesAsync();
            return await FreshViewAsync();
        });
    }

    private async Task<IReadOnlyList<Refusal>> RefuseEditAsync(CampaignSettings settings, UnixTime startsAt, int expectedVersion)
    {
        if (row!.SettingsVersion != expectedVersion)
        {
            return [new Refusal("version_conflict", $"The campaign was edited meanwhile: it is at version {row.SettingsVersion}.")];
        }

        // what an answered call is connected to may change at any time (P15)
        var isScenarioOnly = settings.Scenario != row.Settings.Scenario && (settings with { Scenario = row.Settings.Scenario }) == row.Settings && startsAt == row.StartsAt;
        if (CampaignMachine.RefuseEdit(Stand) is { } refusal && !(isScenarioOnly && row.Status == CampaignStatus.Running))
        {
            return [refusal];
        }

        if (row.Loading != LoadingState.None && settings.List != row.Settings.List)
        {
            return [new Refusal("list_in_use", "The list cannot be changed once its loading has begun.", Field: "phoneListId")];
        }

        if (settings.Channel != row.Settings.Channel && await store.ReadCountersAsync(Id) is { Live: > 0 })
        {
            // lines, hang-ups and recovery of those calls go by the channel that the campaign names
            return [new Refusal("calls_live", "Calls over the former channel are still up; change the channel when they have ended.", Field: "channelId")];
        }

        // a start that has passed is history, and so is the list once its loading began
        var checkedStart = row.StartedAt.IsNone ? startsAt : UnixTime.None;
        IReadOnlyList<Refusal> faults = [.. CampaignRules.Check(settings, checkedStart, clock.Now(), startsAt == row.StartsAt).Concat((await ReadFaultsAsync(settings)).Where(IsFaultOfADraft))];
        return faults.Count > 0 || isScenarioOnly ? faults : await RefuseUnconfirmedZoneAsync(settings);
    }

    public async Task<Answer<CampaignView>> StopNowAsync(string actor)
    {
        if (row is null)
        {
            return NoSuchCampaign();
        }

        // people first: neither a slow database nor a command in front of the pause may keep a call up
        await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, Id, null);
        var paused = await ChangeAsync(now => Task.FromResult(
            row.Status == CampaignStatus.Running ? CampaignMachine.Pause(Stand, now) : new CampaignStep(Stand, null)), actor);
        if (paused.IsDone)
        {
            // what began between the two
            await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, Id, null);
        }

        return paused;
    }

    public async Task SetCauseAsync(PauseCause cause, bool holds)
    {
        ArgumentNullException.ThrowIfNull(cause);
        if (row is not null)
        {
            await ChangeAsync(_ => Task.FromResult<Answer<CampaignStep>>(
                holds ? CampaignMachine.Hold(Stand, cause) : CampaignMachine.Lift(Stand, cause.Code)));
        }
    }

    /// <summary>Decides and writes one transition, in a turn of its own. Without an actor it came by itself.</summary>
    private Task<Answer<CampaignView>> ChangeAsync(Func<UnixTime, Task<Answer<CampaignStep>>> decide, string? actor = null) => turns.RunAsync<Answer<CampaignView>>(async () =>
    {
        if (row is null || row.Status == CampaignStatus.Deleted)
        {
            return NoSuchCampaign();
        }

        var before = row.Status;
        var answer = await decide(clock.Now());
        if (!answer.IsDone)
        {
            await DemandEpochAsync();
            return Answer<CampaignView>.Refused(answer.Refusals);
        }

        await ApplyAsync(answer.Value, before, actor: actor);
        return await FreshViewAsync();
    });

    private async Task ApplyAsync(CampaignStep step, CampaignStatus before, bool onlyIfDone = false, string? actor = null)
    {
        var stand = step.Stand;
        var hasNewCauses = !stand.Causes.SequenceEqual(Stand.Causes);
        if (stand.Status == before && !hasNewCauses)
        {
            await DemandEpochAsync();
            return;
        }

        if (hasNewCauses)
        {
            state.State.Causes = [.. stand.Causes];
            state.State.Suspicious = stand.Causes.Any(c => c.Code == PauseCodes.SuspiciousOutcomes)
                ? [.. state.State.Suspicious.Union(outcomes.Tries)]
                : [];
            await WriteStateAsync();
        }

        if (stand.Status == before)
        {
            return;
        }

        var changed = await WithLoadingAsync(row! with
        {
            Status = stand.Status,
            StartedAt = stand.StartedAt,
            FinishedAt = stand.FinishedAt,
            DeletedAt = stand.Status == CampaignStatus.Deleted ? clock.Now() : UnixTime.None,
            OnlyIfDone = onlyIfDone,
            Change = step.Event is { } name ? new CampaignChange(name, actor, clock.Now(), stand.Causes, before) : null,
        });
        BeginBots(stand.Status);
        // from the write until all is taken up nothing may be dialed: not by the old board, not on the old terms
        isEntering = true;
        if (!await WriteAsync(changed))
        {
            isEntering = false;
            return;
        }

        LogTransition(Id, step.Event ?? "changed", stand.Status);
        try
        {
            await EnterAsync();
        }
        catch
        {
            // written but not taken up: the next activation begins from what is stored
            Leave();
            throw;
        }
    }

    /// <summary>If the write fails, what is in memory is ahead of what is stored: this activation must not go on with it.</summary>
    private async Task WriteStateAsync()
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>
    /// Writes the row under the epoch held and takes the next. A lost epoch ends this activation: another one is there. False: not written,
    /// because the campaign is not done.
    /// </summary>
    private async Task<bool> WriteAsync(CampaignRow changed)
    {
        bool isWritten;
        try
        {
            isWritten = await store.TransitionAsync(changed, row!.Epoch);
        }
        catch
        {
            // in doubt: what is held may be behind what is stored, and must not be answered from
            Leave();
            throw;
        }

        if (!isWritten && changed.OnlyIfDone)
        {
            await DemandEpochAsync();
            return false;
        }

        if (!isWritten)
        {
            throw TakenOver();
        }

        row = changed with { Epoch = row.Epoch + 1, AddToTotal = 0, OnlyIfDone = false, Change = null };
        if (terms is not null)
        {
            terms = terms with { Status = row.Status };
        }

        return true;
    }

    /// <summary>
    /// "Nothing to do" and "not now" are written nowhere, so no version tells that they are true: an activation that another one
    /// has overtaken would say that a running campaign is paused. Only within a turn, in which the epoch is not moving.
    /// </summary>
    private async Task DemandEpochAsync()
    {
        if (await store.ReadAsync(Id) is { } stored && stored.Epoch > row!.Epoch)
        {
            throw TakenOver();
        }
    }

    private InvalidOperationException TakenOver()
    {
        LogTakenOver(Id);
        Leave();
        return new InvalidOperationException("The campaign was taken over by another activation; ask again.");
    }

    /// <summary>The first start on a list begins its loading: its jobs count from here (P37).</summary>
    private async Task<CampaignRow> WithLoadingAsync(CampaignRow changed)
    {
        if (changed.Status != CampaignStatus.Running || changed.Loading != LoadingState.None || changed.Settings.List is not { } list)
        {
            return changed;
        }

        var summary = await lists.ReadAsync(list);
        return changed with { Loading = LoadingState.Going, LoadAt = clock.Now(), AddToTotal = (int)(summary?.Accepted ?? 0) };
    }

    private async Task EnterAsync()
    {
        outage = default;
        loadFailures = 0;
        if (row!.Status == CampaignStatus.Running)
        {
            outcomes.Clear();
            suspects.Clear();
            await ReadConditionsAsync();
            await RebuildAsync();
        }
        else
        {
            await ReadConditionsAsync();
            StopDispatch();
        }

        isEntering = false;
        EndMeanwhile();
        StartTimers();
        KeepAliveAsync().Ignore();
        Kick();
    }

    /// <summary>Causes that are looked up rather than remembered: the list or the channel is gone, the channel is down (P12, P13).</summary>
    private async Task<Answer<CampaignStep>> WithCausesLookedUpAsync(Func<CampaignStand, UnixTime, Answer<CampaignStep>> decide, UnixTime now)
    {
        return decide(Stand with { Causes = await LookUpCausesAsync(now, isAsked: true) }, now);
    }

    private async Task KeepAliveAsync()
    {
        var isWanted = row!.Status is CampaignStatus.Running || (row.Status == CampaignStatus.Scheduled && !row.StartsAt.IsNone);
        try
        {
            if (isWanted)
            {
                await this.RegisterOrUpdateReminder(KeepAlive, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            }
            else if (await this.GetReminder(KeepAlive) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }
        }
        catch (Exception e)
        {
            // the reminder is the backstop of CampaignWatch, not the way
            LogFailed(Id, "keep-alive reminder", e);
        }
    }

    private static Refusal NoSuchCampaign() => new("campaign_not_found", "There is no such campaign.");
}
