using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>Transitions and upkeep: decide with the real machine, write the row raising the epoch, then act.</summary>
internal sealed partial class SimCampaign
{
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AdmissionLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RewindEvery = TimeSpan.FromSeconds(30);

    private UnixTime rewoundAt;
    private bool isEdited;

    public Task<bool> StartAsync() => requests.RunAsync(() => ChangeAsync(async now =>
    {
        var causes = Stand.Causes.ToList();
        await LookUpBotAsync(causes, now);
        return CampaignMachine.Start(Stand with { Causes = causes }, now);
    }));

    public Task<bool> PauseAsync() => requests.RunAsync(() =>
    {
        if (world.Bug == Bug.PauseToldEarly)
        {
            world.Books.PauseAcknowledged(id);
        }

        return ChangeAsync(now => CampaignMachine.Pause(Stand, now));
    });

    public Task<bool> FinishAsync() => requests.RunAsync(() => ChangeAsync(now => CampaignMachine.Finish(Stand, now)));

    public Task<bool> ResumeAsync(bool putBack) => requests.RunAsync(() => ChangeAsync(async now =>
    {
        var causes = Stand.Causes.ToList();
        if (causes.Any(c => c.Code == PauseCodes.ChannelDown))
        {
            var isOpen = await world.Cluster.CallChannelAsync(silo, row!.Settings.Channel, c => c.ProbeAsync());
            causes.RemoveAll(c => c.Code == PauseCodes.ChannelDown && !isOpen);
        }

        await LookUpBotAsync(causes, now);
        var answer = CampaignMachine.Resume(Stand with { Causes = causes }, now);
        if (answer.IsDone && putBack)
        {
            await PutBackAsync();
        }

        return answer;
    }));

    public Task<bool> EditAsync(Func<CampaignSettings, CampaignSettings> edit) => requests.RunAsync(() => turns.RunAsync(async () =>
    {
        var settings = edit(row!.Settings);
        var isScenarioOnly = settings != row.Settings && (settings with { Scenario = row.Settings.Scenario }) == row.Settings;
        if (CampaignMachine.RefuseEdit(Stand) is not null && !(isScenarioOnly && row.Status == CampaignStatus.Running))
        {
            await DemandEpochAsync();
            return false;
        }

        Assert.Empty(CampaignRules.Check(settings, row.StartsAt > Now ? row.StartsAt : UnixTime.None, Now));
        isEdited = true;
        isEntering = true;
        await WriteAsync(row with { Settings = settings, SettingsVersion = row.SettingsVersion + 1 });
        await EnterAsync();
        return true;
    }));

    public Task<bool> StopNowAsync() => requests.RunAsync(async () =>
    {
        await HangUpEverywhereAsync();
        var isDone = await ChangeAsync(now =>
            row!.Status == CampaignStatus.Running ? CampaignMachine.Pause(Stand, now) : new CampaignStep(Stand, null));
        if (isDone)
        {
            // what began between the two
            await HangUpEverywhereAsync();
        }

        return isDone;
    });

    private async Task HangUpEverywhereAsync()
    {
        foreach (var each in world.Cluster.Alive)
        {
            await world.Cluster.CallAsync(silo, each, () =>
            {
                each.Driver.Stop(id);
                return Task.FromResult(true);
            });
        }
    }

    private Task SetCauseAsync(PauseCause cause) => ChangeAsync(_ => CampaignMachine.Hold(Stand, cause));

    private Task<bool> ChangeAsync(Func<UnixTime, Answer<CampaignStep>> decide) => ChangeAsync(now => Task.FromResult(decide(now)));

    private Task<bool> ChangeAsync(Func<UnixTime, Task<Answer<CampaignStep>>> decide) => turns.RunAsync(async () =>
    {
        var before = row!.Status;
        var answer = await decide(Now);
        if (!answer.IsDone)
        {
            await DemandEpochAsync();
            return false;
        }

        await ApplyAsync(answer.Value, before);
        return true;
    });

    private async Task DemandEpochAsync()
    {
        var stored = await world.Store.ReadAsync(life, () => world.Store.Campaigns[id]);
        if (stored.Epoch > row!.Epoch)
        {
            Leave();
            throw new TakenOverException();
        }
    }

    private async Task ApplyAsync(CampaignStep step, CampaignStatus before)
    {
        var stand = step.Stand;
        if (stand.Status == before && stand.Causes.SequenceEqual(Stand.Causes))
        {
            await DemandEpochAsync();
            return;
        }

        if (!stand.Causes.SequenceEqual(Stand.Causes))
        {
            var suspicious = stand.Causes.Any(c => c.Code == PauseCodes.SuspiciousOutcomes) ? world.Store.Suspicious[id].Union(outcomes.Tries).ToList() : [];
            await WriteCausesAsync(stand.Causes, suspicious);
        }

        if (stand.Status == before)
        {
            return;
        }

        BeginBots(stand.Status);
        isEntering = true;
        await WriteAsync(row! with { Status = stand.Status, StartedAt = stand.StartedAt, FinishedAt = stand.FinishedAt });
        world.Say($"campaign {id}: {step.Event}, now {stand.Status}, epoch {row!.Epoch}");
        await EnterAsync();
    }

    private async Task EnterAsync()
    {
        try
        {
            outage = default;
            await ReadConditionsAsync();
            if (row!.Status == CampaignStatus.Running)
            {
                outcomes.Clear();
                await RebuildAsync();
            }
            else
            {
                StopDispatch();
            }
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            // written but not taken up: the next activation begins from what is stored
            Leave();
            throw;
        }

        isEntering = false;
        Kick();
    }

    private async Task WriteCausesAsync(IReadOnlyList<PauseCause> causes, List<Calls.TryId> suspicious)
    {
        try
        {
            await world.Store.WriteAsync(life, () =>
            {
                world.Store.Causes[id] = [.. causes];
                world.Store.Suspicious[id] = suspicious;
                return true;
            });
        }
        catch (StoreUnavailableException)
        {
            Leave();
            throw;
        }
    }

    private async Task WriteAsync(CampaignRow changed)
    {
        try
        {
            if (!await world.Store.TransitionAsync(life, changed, row!.Epoch))
            {
                throw new TakenOverException();
            }
        }
        catch
        {
            // taken over, or in doubt: what is held may be behind what is stored
            Leave();
            throw;
        }

        row = changed with { Epoch = row.Epoch + 1 };
        terms = terms! with { Status = row.Status };
    }

    private async Task RunDueAsync()
    {
        if (CampaignMachine.Due(Stand, row!.Settings.FinishAt, Now) is not null)
        {
            await ChangeAsync(now => CampaignMachine.Due(Stand, row.Settings.FinishAt, now) ?? new CampaignStep(Stand, null));
        }

        if (isLanesStale && !isEntering && row.Status == CampaignStatus.Running)
        {
            await ReadLanesAsync();
        }
    }

    private async Task RunUpkeepAsync()
    {
        var rhythm = world.Cluster.NewRhythm(life, ReconcileEvery);
        while (!isLeaving)
        {
            await rhythm.NextAsync(permits.InUse > 0 || asked > 0 || isEdited);
            if (row?.Status is CampaignStatus.Running or CampaignStatus.Paused && !isLeaving)
            {
                await TolerantAsync(UpkeepAsync);
            }
        }
    }

    private async Task UpkeepAsync()
    {
        var readAt = Now;
        var live = await ReadLiveAsync();
        permits.Reconcile(live.Select(r => r.Try).ToHashSet(), readAt);
        if (row!.Status == CampaignStatus.Running && permits.IsOverdue(Now - AdmissionLimit))
        {
            await turns.RunAsync(async () =>
            {
                isEntering = true;
                await WriteAsync(row);
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
        await EndLoweredAsync();
        await EndPassedAsync();
        if (Now - rewoundAt >= RewindEvery)
        {
            rewoundAt = Now;
            board?.Rewind();
            isLanesStale = true;
        }

        if (outage.IsLasting && row!.Status == CampaignStatus.Running)
        {
            await SetCauseAsync(new PauseCause(PauseCodes.ChannelDown, "The channel has not answered for 15 minutes.", Now));
        }

        Kick();
    }

    private async Task EndLoweredAsync()
    {
        if (!isEdited || row!.Status != CampaignStatus.Running)
        {
            return;
        }

        var initial = row.Settings.Attempts.Initial;
        var rows = await world.Store.ReadAsync<IReadOnlyList<JobRow>>(life, () =>
            [.. world.Store.RowsOf(id).Where(r => r.Status is JobStatus.Waiting or JobStatus.Backoff && r.Attempts >= initial)]);
        foreach (var job in rows)
        {
            await world.Cluster.CallSubscriberAsync(silo, id, job.Phone, s => s.ExpireAsync(job));
        }

        isEdited = false;
    }

    private async Task EndPassedAsync()
    {
        var rows = await world.Store.ReadAsync<IReadOnlyList<JobRow>>(life, () =>
            [.. world.Store.RowsOf(id).Where(r => r.Status is JobStatus.Waiting or JobStatus.Backoff && !r.NotAfter.IsNone && r.NotAfter <= Now)]);
        foreach (var job in rows)
        {
            await world.Cluster.CallSubscriberAsync(silo, id, job.Phone, s => s.ExpireAsync(job));
        }
    }

    private async Task PutBackAsync()
    {
        foreach (var tryId in world.Store.Suspicious[id].ToList())
        {
            if (world.Store.Jobs.TryGetValue(tryId.Job, out var job))
            {
                await world.Cluster.CallSubscriberAsync(silo, id, job.Phone, s => s.PutBackAsync(tryId));
            }
        }
    }
}
