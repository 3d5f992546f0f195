using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>How processes begin and end, and the loops that each of them runs: recovery of calls, watch over campaigns.</summary>
internal sealed partial class SimCluster
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ReminderGrace = TimeSpan.FromSeconds(90);

    private readonly List<(Life Life, Rhythm Rhythm)> rhythms = [];
    private int lastNumber;

    public SimSilo Start()
    {
        var silo = new SimSilo(world, ++lastNumber);
        silos.Add(silo);
        world.Say($"process {silo.Number} starts");
        foreach (var gone in silos.Where(s => s.Life.IsOver && Alive.Count == 1))
        {
            DeclareDead(gone);
        }

        RunEvery(silo, pass => ReconcileAsync(silo, pass));
        RunEvery(silo, _ => WatchAsync(silo));
        return silo;
    }

    public void Crash(SimSilo silo)
    {
        if (silo.Life.IsOver)
        {
            return;
        }

        world.Say($"process {silo.Number} ends");
        silo.Life.End();
        if (Alive.Count > 0)
        {
            world.Schedule.After(world.Dice.Between(1_000, 8_000), null, () => DeclareDead(silo));
        }

        world.Schedule.After(world.Dice.Between(500, 30_000), null, () => Start());
    }

    /// <summary>Something happens: the quiet loops look soon.</summary>
    public void Stir()
    {
        rhythms.RemoveAll(r => r.Life.IsOver);
        rhythms.ForEach(r => r.Rhythm.Stir());
    }

    public Rhythm NewRhythm(Life life, TimeSpan period)
    {
        var rhythm = new Rhythm(world, life, period);
        rhythms.Add((life, rhythm));
        return rhythm;
    }

    private static void DeclareDead(SimSilo silo)
    {
        silo.IsDeclaredDead = true;
        silo.WaitingCallers.ForEach(fail => fail());
        silo.WaitingCallers.Clear();
    }

    private void RunEvery(SimSilo silo, Func<HashSet<TryId>, Task<HashSet<TryId>>> pass)
    {
        var rhythm = NewRhythm(silo.Life, Every);
        world.Fork(async () =>
        {
            HashSet<TryId> suspects = [];
            while (true)
            {
                try
                {
                    suspects = await pass(suspects);
                }
                catch (Exception e) when (e is OutageException or StoreUnavailableException)
                {
                    // tried again at the next pass
                }

                await rhythm.NextAsync(isBusy: world.Store.Campaigns.Values.Any(c => c.Counters.Live > 0));
            }
        });
    }

    /// <summary>Compares the process's calls with its live rows, and settles the rows that lost processes left behind (P29, P30).</summary>
    private async Task<HashSet<TryId>> ReconcileAsync(SimSilo silo, HashSet<TryId> suspects)
    {
        var rows = await ReadLiveOfAsync(silo, s => s == silo.Number);
        var calls = silo.Driver.List().ToDictionary(c => c.Id);
        var live = rows.ToDictionary(r => r.Try);
        var now = world.Now;
        var lost = rows.Where(r => !calls.ContainsKey(r.Try) && now - r.TryStartedAt > Young).ToList();
        var orphans = calls.Values.Where(c => !live.ContainsKey(c.Id) && now - c.StartedAt > Young).ToList();
        foreach (var row in lost.Where(r => suspects.Contains(r.Try)))
        {
            await SettleAsync(silo, row);
        }

        silo.Driver.HangUp(c => suspects.Contains(c.Id) && orphans.Any(o => o.Id == c.Id));
        if (ReferenceEquals(First, silo))
        {
            var gone = silos.Where(s => s.IsDeclaredDead).Select(s => s.Number).ToHashSet();
            foreach (var row in await ReadLiveOfAsync(silo, gone.Contains))
            {
                await SettleAsync(silo, row);
            }
        }

        return [.. lost.Select(r => r.Try), .. orphans.Select(c => c.Id)];
    }

    private Task<IReadOnlyList<JobRow>> ReadLiveOfAsync(SimSilo silo, Func<int, bool> isOf) => world.Store.ReadAsync<IReadOnlyList<JobRow>>(
        silo.Life, () => [.. world.Store.Jobs.Values.Where(r => r.Status == JobStatus.Live && isOf(r.Silo))]);

    private async Task SettleAsync(SimSilo silo, JobRow row)
    {
        try
        {
            await world.Schedule.Wait(silo.Life, world.Dice.Latency(20, 2000));
            var isOver = world.Bug == Bug.SettledTooEarly || world.Carrier.EndOrphan(row.Try);
            await world.Schedule.Wait(silo.Life, world.Dice.Latency(20, 500));
            world.Say($"settling {row.Try}: {(isOver ? "over" : "may be up")}");
            await CallSubscriberAsync(silo, row.Campaign, row.Phone, s => s.SettleAsync(row, isOver));
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            // tried again at the next pass
        }
    }

    /// <summary>Touches open campaigns; the first process wakes numbers whose reminder was lost (P8).</summary>
    private async Task<HashSet<TryId>> WatchAsync(SimSilo silo)
    {
        var open = await world.Store.ReadAsync<IReadOnlyList<CampaignId>>(
            silo.Life,
            () => [.. world.Store.Campaigns.Values.Where(c => c.Status is CampaignStatus.Scheduled or CampaignStatus.Running or CampaignStatus.Paused).Select(c => c.Id)]);
        foreach (var campaign in open)
        {
            await CallCampaignAsync(silo, campaign, active =>
            {
                active.Kick();
                return Task.FromResult(true);
            });
        }

        if (ReferenceEquals(First, silo) && world.Bug != Bug.NeverWoken)
        {
            var dueBefore = world.Now - ReminderGrace;
            var overdue = await world.Store.ReadAsync<IReadOnlyList<JobRow>>(
                silo.Life, () => [.. world.Store.Jobs.Values.Where(r => r.Status == JobStatus.Backoff && r.NotBefore < dueBefore)]);
            foreach (var row in overdue)
            {
                await CallSubscriberAsync(silo, row.Campaign, row.Phone, async s =>
                {
                    await s.WakeAsync();
                    return true;
                });
            }
        }

        return [];
    }
}
