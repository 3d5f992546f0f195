using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>One transaction of a group: the plan of the real store, applied to the rows as both engines apply it.</summary>
internal sealed partial class SimStore
{
    /// <summary>The phones that a trusting batch reads without a lock, ahead of its transaction.</summary>
    public BatchFacts ReadPhones(IReadOnlyList<WriteOp> batch)
    {
        var facts = new BatchFacts();
        foreach (var op in batch.Where(o => o is IntentOp or StepOp { Step: { Release.GiveBackStart: true } or { DoNotCall: true } }))
        {
            ReadPhone(op.Phone, facts);
        }

        return facts;
    }

    /// <summary>
    /// Commits a batch: trusting if all its conditions hold, else planned on the rows as they are (PostgreSQL); without facts read
    /// ahead it is planned on the rows at once (SQLite).
    /// </summary>
    public void Commit(IReadOnlyList<WriteOp> batch, BatchFacts? ahead)
    {
        var isTrusting = false;
        BatchPlan? plan = null;
        if (ahead is not null && BatchPlan.MakeTrusting(batch, ahead) is { IsEmpty: false } trusting && Holds(trusting, batch))
        {
            (plan, isTrusting) = (trusting, true);
        }

        plan ??= BatchPlan.Make(batch, Facts(batch));
        world.Books.Committing(batch);
        Apply(plan, isTrusting);
        world.Books.Committed();
    }

    private BatchFacts Facts(IReadOnlyList<WriteOp> batch)
    {
        var facts = new BatchFacts();
        foreach (var op in batch)
        {
            foreach (var row in op.Rows)
            {
                if (Jobs.TryGetValue(row.Id, out var stored))
                {
                    facts.JobVersions[row.Id.Value] = stored.Version;
                }

                facts.Campaigns[row.Campaign.Value] = Gate(row.Campaign);
            }

            if (op is IntentOp { Intent: { } intent })
            {
                facts.ChannelEpochs[intent.Channel.Value] = Channels[intent.Channel].Epoch;
                if (world.Bug == Bug.EpochNotChecked)
                {
                    facts.Campaigns[intent.Row.Campaign.Value] = Gate(intent.Row.Campaign) with { Epoch = intent.Epoch, Status = CampaignStatus.Running };
                }
            }

            ReadPhone(op.Phone, facts);
        }

        return facts;
    }

    private CampaignGate Gate(CampaignId id)
    {
        var row = Campaigns[id];
        var cap = world.Bug == Bug.CapNotChecked ? int.MaxValue : row.Settings.MaxSimultaneousCalls;
        return new CampaignGate(row.Epoch, row.Status, row.Counters.Live, cap);
    }

    private void ReadPhone(long number, BatchFacts facts)
    {
        if (number == 0 || !Phones.TryGetValue(new(number), out var phone))
        {
            return;
        }

        facts.Phones[number] = world.Bug switch
        {
            Bug.DoNotCallNotChecked => phone with { DoNotCall = false },
            Bug.GapNotKept => phone with { LastEnd = UnixTime.None },
            Bug.FrequencyCapNotKept => phone with { Starts = [] },
            Bug.PhoneNotHeld => phone with { LiveTry = default },
            _ => phone,
        };
    }

    /// <summary>The conditions that the trusting writes carry.</summary>
    private bool Holds(BatchPlan plan, IReadOnlyList<WriteOp> batch)
    {
        foreach (var op in batch)
        {
            if (op is not IntentOp { Intent: { } intent })
            {
                continue;
            }

            var id = intent.Row.Campaign;
            var gate = Gate(id);
            var isGated = !plan.Campaigns.TryGetValue(id.Value, out var delta)
                || (world.Bug != Bug.EpochNotChecked && (gate.Epoch != intent.Epoch || gate.Status != CampaignStatus.Running))
                || gate.Live + delta.Live > gate.MaxCalls;
            if (isGated || Channels[intent.Channel].Epoch != intent.ChannelEpoch)
            {
                return false;
            }
        }

        return plan.NewPhones.TrueForAll(p => !Phones.ContainsKey(p.Phone))
            && plan.ChangedPhones.TrueForAll(p => Phones.TryGetValue(p.Phone, out var old) && old.Version == p.Version - 1)
            && plan.Jobs.TrueForAll(j => Jobs.TryGetValue(j.Id, out var old) && old.Version == j.Version - 1);
    }

    private void Apply(BatchPlan plan, bool isTrusting)
    {
        foreach (var (campaign, delta) in plan.Campaigns)
        {
            var row = Campaigns[new(campaign)];
            var isForgotten = world.Bug == Bug.CounterForgotten && delta.Final > 0;
            Campaigns[row.Id] = isForgotten ? row : row with { Counters = row.Counters + delta };
        }

        plan.NewPhones.ForEach(p => Phones[p.Phone] = p);
        plan.ChangedPhones.ForEach(p => Phones[p.Phone] = p with { DoNotCall = p.DoNotCall || Phones[p.Phone].DoNotCall });
        foreach (var release in plan.BlindReleases)
        {
            // a phone that another try holds by now is left alone
            if (Phones.TryGetValue(release.Phone, out var phone) && phone.LiveTry == release.Try)
            {
                Phones[release.Phone] = phone with { LiveTry = default, LastJob = release.Try.Job, LastEnd = release.EndedAt, Version = phone.Version + 1 };
            }
        }

        plan.DoNotCall.ForEach(d => DoNotCall.Add(d.Phone));
        plan.Jobs.ForEach(WriteJob);
        plan.Tries.ForEach(t => Tries.TryAdd(t.Try, t));
        plan.ReplacedTries.ForEach(t => Tries[t.Try] = t);
        plan.Said.ForEach(s => BotReplies[s.Try.Job] = s);
        plan.SaidForgotten.ForEach(j => BotReplies.Remove(j));
        world.Say($"commit{(isTrusting ? " (trusting)" : "")}: {string.Join(", ", plan.Jobs.Select(j => $"{j.Id} v{j.Version} {j.Status} try {j.TryNumber}"))}");
    }

    private void WriteJob(JobRow row)
    {
        if (world.Bug == Bug.RowLost && row.Status == JobStatus.Waiting && row.AttemptsTotal > 0)
        {
            Jobs.Remove(row.Id);
            return;
        }

        // the siblings bit is the intake's to set: it is kept whatever the decision held
        var bit = Jobs[row.Id].Flags & JobFlags.Siblings;
        Jobs[row.Id] = row with { Flags = (row.Flags & ~JobFlags.Siblings) | bit };
    }
}

/// <summary>
/// The group commit of one process: what waits while a commit is under way becomes the next batch, each key once. The real
/// writer's loop runs on threads of its own; its rule is repeated here.
/// </summary>
internal sealed class SimWriter(DialerWorld world, Life life)
{
    private readonly List<(WriteOp Op, TaskCompletionSource Done)> queue = [];
    private bool isCommitting;

    public async Task<IntentAnswer> WriteAsync(IntentWrite intent)
    {
        var op = new IntentOp(intent);
        await EnqueueAsync(op);
        return op.Answer;
    }

    public async Task<bool> WriteAsync(SubscriberStep step)
    {
        var op = new StepOp(step, null);
        await EnqueueAsync(op);
        return op.IsStored;
    }

    private Task EnqueueAsync(WriteOp op)
    {
        var done = new TaskCompletionSource();
        queue.Add((op, done));
        if (!isCommitting)
        {
            isCommitting = true;
            world.Fork(CommitAsync);
        }

        return done.Task;
    }

    private async Task CommitAsync()
    {
        while (queue.Count > 0)
        {
            await world.Schedule.Wait(life, world.Dice.Latency(1, 5));
            var batch = Gather();
            var ops = batch.Select(b => b.Op).ToList();
            var ahead = world.IsTrusting ? world.Store.ReadPhones(ops) : null;
            // the database goes on with a commit whose process has ended
            await world.Schedule.Wait(null, world.Fault(f => f.SlowCommit) ? world.Dice.Between(100, 4000) : world.Dice.Latency(3, 40));
            var isLost = world.Fault(f => f.UnknownAndNotDone);
            if (!isLost)
            {
                world.Store.Commit(ops, ahead);
            }

            var isDoubtful = isLost || world.Fault(f => f.UnknownButDone);
            await world.Schedule.Wait(life, world.Dice.Latency(1, 10));
            foreach (var (_, done) in batch)
            {
                if (isDoubtful)
                {
                    done.SetException(new StoreUnavailableException("in doubt"));
                }
                else
                {
                    done.SetResult();
                }
            }
        }

        isCommitting = false;
    }

    private List<(WriteOp Op, TaskCompletionSource Done)> Gather()
    {
        var jobs = new HashSet<JobId>();
        var phones = new HashSet<long>();
        var batch = new List<(WriteOp Op, TaskCompletionSource Done)>();
        for (var i = 0; i < queue.Count;)
        {
            var op = queue[i].Op;
            if ((op.Phone != 0 && phones.Contains(op.Phone)) || op.Rows.Any(r => jobs.Contains(r.Id)))
            {
                i++;
                continue;
            }

            phones.Add(op.Phone);
            foreach (var row in op.Rows)
            {
                jobs.Add(row.Id);
            }

            batch.Add(queue[i]);
            queue.RemoveAt(i);
        }

        return batch;
    }
}
