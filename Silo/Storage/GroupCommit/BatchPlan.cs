using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>
/// What one transaction writes, decided from the rows it stands on: test first, then write, so that a row that fails is left
/// out of everything with its reason. One plan for both engines.
/// </summary>
internal sealed class BatchPlan
{
    public SortedDictionary<long, CampaignCounters> Campaigns { get; } = [];

    public List<PhoneRow> NewPhones { get; } = [];

    public List<PhoneRow> ChangedPhones { get; } = [];

    public List<JobRow> Jobs { get; } = [];

    public List<TryRecord> Tries { get; } = [];

    public List<TryRecord> ReplacedTries { get; } = [];

    public List<SeriesRecord> Series { get; } = [];

    public List<JobNote> Notes { get; } = [];

    public List<(TryId Try, byte[] Leg)> Legs { get; } = [];

    /// <summary>What bots said in calls that are not over, or whose end is not known.</summary>
    public List<(TryId Try, BotReply Reply)> Said { get; } = [];

    /// <summary>Jobs whose bots' words are in the record of the call now.</summary>
    public List<JobId> SaidForgotten { get; } = [];

    /// <summary>Phones freed without looking at them: only where their row is not at hand (see <see cref="MakeTrusting"/>).</summary>
    public List<PhoneRelease> BlindReleases { get; } = [];

    /// <summary>Opt-outs given in a call (P59): on the list in the outcome's own commit.</summary>
    public List<(PhoneNumber Phone, UnixTime At)> DoNotCall { get; } = [];

    public bool IsEmpty => Jobs.Count == 0;

    /// <summary>Decides every write of the batch; steps before intents, so that what an outcome frees is free.</summary>
    public static BatchPlan Make(IReadOnlyList<WriteOp> batch, BatchFacts facts)
    {
        var plan = new BatchPlan();
        foreach (var op in batch)
        {
            if (op is StepOp step)
            {
                plan.Plan(step, facts);
            }
        }

        foreach (var op in batch)
        {
            if (op is IntentOp intent)
            {
                intent.Answer = plan.Plan(intent.Intent, facts);
            }
        }

        // fixed key order: batches of two silos that cross must not lock each other out
        plan.Jobs.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        plan.NewPhones.Sort(static (a, b) => a.Phone.CompareTo(b.Phone));
        plan.ChangedPhones.Sort(static (a, b) => a.Phone.CompareTo(b.Phone));
        plan.BlindReleases.Sort(static (a, b) => a.Phone.CompareTo(b.Phone));
        return plan;
    }

    /// <summary>
    /// The plan as it will be if nothing has changed meanwhile: campaigns, channels and jobs are trusted to be as the callers say,
    /// and phones as read without a lock. The engine writes it under the same conditions and counts: if one does not hold, it
    /// rolls back and plans on locked rows. Null when the batch is not of that kind.
    /// </summary>
    public static BatchPlan? MakeTrusting(IReadOnlyList<WriteOp> batch, BatchFacts phones)
    {
        var facts = new BatchFacts();
        foreach (var op in batch)
        {
            foreach (var row in op.Rows)
            {
                facts.JobVersions[row.Id.Value] = row.Version - 1;
            }

            if (op is not IntentOp { Intent: { } intent })
            {
                continue;
            }

            var gate = new CampaignGate(intent.Epoch, CampaignStatus.Running, 0, int.MaxValue);
            facts.Campaigns.TryAdd(intent.Row.Campaign.Value, gate);
            facts.ChannelEpochs.TryAdd(intent.Channel.Value, intent.ChannelEpoch);
            if (facts.Campaigns[intent.Row.Campaign.Value] != gate || facts.ChannelEpochs[intent.Channel.Value] != intent.ChannelEpoch)
            {
                // two epochs of one campaign or channel in one batch: one of them has passed
                return null;
            }
        }

        foreach (var (number, row) in phones.Phones)
        {
            facts.Phones[number] = row;
        }

        facts.TakesReleasesBlind = true;
        return Make(batch, facts);
    }

    private void Plan(StepOp op, BatchFacts facts)
    {
        op.IsStored = op.Rows.All(row => IsUnchanged(row, facts));
        if (!op.IsStored)
        {
            return;
        }

        var step = op.Step;
        Jobs.AddRange(op.Rows);
        Count(step.Row.Campaign, step.Counters);
        if (step.Try is { } record)
        {
            (step.ReplacesTry ? ReplacedTries : Tries).Add(record);
        }

        if (step.ClosedSeries is { } series)
        {
            Series.Add(series);
        }

        Notes.AddRange(step.Notes);
        if (step.Said is { } said)
        {
            Said.Add((step.Row.Try, said));
        }

        if (step.ForgetsSaid)
        {
            SaidForgotten.Add(step.Row.Id);
        }

        if (op.Leg is { } leg)
        {
            Legs.Add((step.Row.Try, leg));
        }

        if (step.DoNotCall)
        {
            OptOut(step, facts);
        }
        else if (step.Release is { GiveBackStart: false } blind && facts.TakesReleasesBlind)
        {
            BlindReleases.Add(blind);
        }
        else if (step.Release is { } release
            && facts.Phones.TryGetValue(release.Phone.Value, out var phone)
            && IntentGate.Release(phone, release) is { } released)
        {
            ChangedPhones.Add(released);
        }
    }

    /// <summary>On the list and in the phone's row, whether or not this try holds it still: the next intent looks at the row alone (P38).</summary>
    private void OptOut(SubscriberStep step, BatchFacts facts)
    {
        DoNotCall.Add((step.Row.Phone, step.Try?.EndedAt ?? UnixTime.Max(step.OptOutAt, step.Row.FinishedAt)));
        var phone = facts.Phones.GetValueOrDefault(step.Row.Phone.Value);
        var released = phone is null || step.Release is null ? null : IntentGate.Release(phone, step.Release);
        var row = released ?? phone ?? new PhoneRow { Phone = step.Row.Phone };
        (phone is null ? NewPhones : ChangedPhones).Add(row with { DoNotCall = true, Version = (phone?.Version ?? 0) + 1 });
    }

    private IntentAnswer Plan(IntentWrite intent, BatchFacts facts)
    {
        if (!facts.Campaigns.TryGetValue(intent.Row.Campaign.Value, out var gate)
            || gate.Epoch != intent.Epoch
            || gate.Status != CampaignStatus.Running)
        {
            return new IntentAnswer(IntentResult.EpochPassed);
        }

        if (!facts.ChannelEpochs.TryGetValue(intent.Channel.Value, out var channelEpoch) || channelEpoch != intent.ChannelEpoch)
        {
            return new IntentAnswer(IntentResult.ChannelEpochPassed);
        }

        if (gate.Live + Campaigns.GetValueOrDefault(intent.Row.Campaign.Value).Live >= gate.MaxCalls)
        {
            return new IntentAnswer(IntentResult.CapReached);
        }

        if (!IsUnchanged(intent.Row, facts))
        {
            return new IntentAnswer(IntentResult.Stale);
        }

        var phone = facts.Phones.GetValueOrDefault(intent.Phone.Phone.Value);
        if (IntentGate.Check(phone, intent.Phone, intent.At) is { } refused)
        {
            return new IntentAnswer(IntentResult.PhoneRefused, refused.Reason, refused.NextAt);
        }

        (phone is null ? NewPhones : ChangedPhones).Add(IntentGate.Take(phone, intent.Phone, intent.At));
        Jobs.Add(intent.Row);
        Count(intent.Row.Campaign, intent.Counters);
        return new IntentAnswer(IntentResult.Stored);
    }

    private void Count(CampaignId campaign, CampaignCounters delta)
    {
        if (delta != default)
        {
            Campaigns[campaign.Value] = Campaigns.GetValueOrDefault(campaign.Value) + delta;
        }
    }

    private static bool IsUnchanged(JobRow row, BatchFacts facts) =>
        facts.JobVersions.TryGetValue(row.Id.Value, out var version) && version == row.Version - 1;
}
