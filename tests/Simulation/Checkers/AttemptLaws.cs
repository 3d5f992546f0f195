using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>P5, P25, P27, P41: what spends an attempt, how many there may be, and what ends a job.</summary>
internal sealed class AttemptLaw(DialerWorld world) : Law(world)
{
    private readonly Dictionary<JobId, Dictionary<int, (short Series, bool IsSpent)>> tries = [];
    private readonly HashSet<TryId> answerStored = [];
    private readonly HashSet<TryId> putBack = [];
    private readonly HashSet<TryId> answered = [];
    private readonly HashSet<JobId> cancelled = [];

    public override void AnswerStored(TryId id) => answerStored.Add(id);

    public override void AnsweredAtCarrier(CarrierCall call) => answered.Add(call.Id);

    public override void CancelAcknowledged(JobId job) => cancelled.Add(job);

    public override void Stored(StepFact fact)
    {
        var step = fact.Step;
        if (step.Try is not { } record)
        {
            if (step.Notes.Any(n => n.Code == "put_back"))
            {
                putBack.Add(fact.Before.Try);
                Tries(step.Row.Id)[fact.Before.TryNumber] = (fact.Before.Series, false);
            }

            return;
        }

        if (step.IsAmendment)
        {
            // what was spent stays so
            Demand(step.Row.AttemptsTotal == fact.Before.AttemptsTotal, "P5 attempts counted", $"what the bot of {record.Try} said changes the attempts");
            return;
        }

        var isSpent = record.AttemptNumber > 0;
        Tries(record.Try.Job)[record.Try.Number] = (record.Series, isSpent);
        var hasAnswered = answerStored.Contains(record.Try) || !record.AnsweredAt.IsNone;
        Demand(isSpent || !hasAnswered, "P41 answered spends", $"{record.Try} was answered, ends {record.Class} and spends nothing");
        Demand(!hasAnswered || record.Class != CallClass.Technical, "P41 answered is no error", $"{record.Try} was answered and ends technical");
        Demand(
            record.Class != CallClass.Nonexistent || step.Row.Status == JobStatus.Final,
            "P25 nonexistent",
            $"{record.Try} found no such number and the job is {step.Row.Status}");
        Demand(
            step.Row.AttemptsTotal == Tries(record.Try.Job).Values.Count(t => t.IsSpent),
            "P5 attempts counted",
            $"job {record.Try.Job} says {step.Row.AttemptsTotal} attempts, its tries {Tries(record.Try.Job).Values.Count(t => t.IsSpent)}");
    }

    public override void Stored(IntentFact fact)
    {
        var row = fact.Before;
        var attempts = fact.Campaign.Settings.Attempts;
        var policy = fact.Lane.Policy;
        var own = row.Series == 0 ? policy?.MaxAttempts : policy?.JobMaxAttempts;
        var inSeries = Tries(row.Id).Values.Count(t => t.IsSpent && t.Series == row.Series);
        var inAll = Tries(row.Id).Values.Count(t => t.IsSpent);
        var seriesLimit = policy?.MaxAttempts ?? attempts.Initial;
        var jobLimit = Math.Max(attempts.Maximum, own ?? 0);
        Demand(inSeries < seriesLimit, "P5 attempts of a series", $"{fact.Try} follows {inSeries} attempts of {seriesLimit} in series {row.Series}");
        Demand(inAll < jobLimit, "P5 attempts of a job", $"{fact.Try} follows {inAll} attempts of {jobLimit}");
        Demand(!cancelled.Contains(row.Id), "P27 cancelled", $"{fact.Try} of a job that was cancelled");
    }

    public override void AtEnd()
    {
        foreach (var id in answered)
        {
            var record = Store.Tries.GetValueOrDefault(id);
            // a process that was lost before the answer was stored takes it along (P29)
            var isLost = record is { Class: CallClass.Unknown } && !answerStored.Contains(id);
            Demand(record is { AttemptNumber: > 0 } || isLost || putBack.Contains(id), "P41 answered spends", $"{id} was answered and the books say {record?.Class}, attempt {record?.AttemptNumber}");
        }
    }

    private Dictionary<int, (short Series, bool IsSpent)> Tries(JobId job)
    {
        if (!tries.TryGetValue(job, out var found))
        {
            tries[job] = found = [];
        }

        return found;
    }
}

/// <summary>P6, P29, P41, P42: how long a job rests after a try.</summary>
internal sealed class PauseLaw(DialerWorld world) : Law(world)
{
    private static readonly TimeSpan BotFailed = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan ChannelDown = TimeSpan.FromMinutes(1);

    private readonly HashSet<TryId> withChannel = [];
    private readonly Dictionary<JobId, TryRecord> last = [];
    private readonly Dictionary<JobId, TimeSpan> rests = [];
    private readonly Dictionary<CampaignId, History> pauses = [];

    public override void CampaignWritten(CampaignRow? before, CampaignRow after)
    {
        if (!pauses.TryGetValue(after.Id, out var history))
        {
            pauses[after.Id] = history = new History();
        }

        history.Add(World.Now, after.Settings.Attempts.PauseMinutes);
    }

    public override void JudgedWithChannel(TryId id, bool isDown) => _ = isDown ? withChannel.Add(id) : withChannel.Remove(id);

    public override void Stored(StepFact fact)
    {
        if (fact.Step.IsAmendment)
        {
            return;
        }

        if (fact.Step.Try is { } record)
        {
            last[record.Try.Job] = record;
            rests[record.Try.Job] = RestAfter(fact, record);
        }
        else if (fact.Step.Notes.Any(n => n.Code == "put_back"))
        {
            last.Remove(fact.Before.Id);
        }
    }

    public override void Stored(IntentFact fact)
    {
        if (!last.TryGetValue(fact.Before.Id, out var record) || record.Series != fact.Before.Series)
        {
            return;
        }

        // a row that was put off after it was due keeps that instant, so an edit that made the pause longer meanwhile does not move it
        var pause = TimeSpan.FromMinutes(fact.Lane.Policy?.RetryMinutes ?? pauses[fact.Campaign.Id].Lowest(record.EndedAt, fact.At));
        var rest = record is { AttemptNumber: > 0, Class: not CallClass.BotFailed } ? pause : rests[fact.Before.Id];
        Demand(
            fact.At - record.EndedAt >= rest,
            "P6 pause",
            $"{fact.Try} starts {fact.At - record.EndedAt} after {record.Try} ({record.Class}) had ended, due after {rest}");
    }

    /// <summary>Rests that an edit of the pause does not move any more: they were fixed when the try ended.</summary>
    private TimeSpan RestAfter(StepFact fact, TryRecord record)
    {
        var campaign = Store.Campaigns[fact.Before.Campaign];
        var lane = Store.Lanes(campaign.Id).First(l => l.Id == Lane.BaseOf(fact.Before.Lane));
        var pause = TimeSpan.FromMinutes(lane.Policy?.RetryMinutes ?? campaign.Settings.Attempts.PauseMinutes);
        var ring = Store.Channels[campaign.Settings.Channel].Settings.RingTimeout + TimeSpan.FromSeconds(60);
        return record.Class switch
        {
            CallClass.BotFailed => Longer(pause, BotFailed),
            CallClass.Unknown => Longer(pause, ring),
            CallClass.Technical when withChannel.Contains(record.Try) => ChannelDown,
            _ => TimeSpan.Zero,
        };
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
