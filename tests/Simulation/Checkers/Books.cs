using Dialer.Bots;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>Tells every law what happened, in the order in which it happened; keeps the first law that broke.</summary>
internal sealed class Books
{
    private readonly DialerWorld world;
    private readonly Law[] laws;
    private readonly Dictionary<CampaignId, UnixTime> resumeAskedAt = [];
    private HashSet<CampaignId> touched = [];

    public Books(DialerWorld world)
    {
        this.world = world;
        laws =
        [
            new TryLaw(world), new CapLaw(world), new ChannelLaw(world), new EpochLaw(world), new CountLaw(world), new HoursLaw(world),
            new ContactLaw(world), new AttemptLaw(world), new PauseLaw(world), new BackoffLaw(world), new BotLaw(world), new BotSaidLaw(world), new EndLaw(world),
        ];
    }

    public BrokenLaw? Broken { get; private set; }

    public void Break(string law, string what) => Broken ??= new BrokenLaw(law, what, world.Now);

    public void JobAdded(JobRow row) => Each(l => l.JobAdded(row));

    public void Counted(CampaignId campaign) => Each(l => l.Changed(campaign));

    public void CampaignWritten(CampaignRow? before, CampaignRow after) => Each(l => l.CampaignWritten(before, after));

    public void ChannelWritten(ChannelRow row) => Each(l => l.ChannelWritten(row));

    /// <summary>A batch was planned and is about to be written: steps first, as in the plan.</summary>
    public void Committing(IReadOnlyList<WriteOp> batch)
    {
        touched = [.. batch.SelectMany(o => o.Rows).Select(r => r.Campaign)];
        foreach (var step in batch.OfType<StepOp>().Where(s => s.IsStored))
        {
            var fact = new StepFact(step.Step, world.Store.Jobs[step.Step.Row.Id]);
            Each(l => l.Stored(fact));
        }

        foreach (var op in batch.OfType<IntentOp>().Where(i => i.Answer.Result == IntentResult.Stored))
        {
            var intent = op.Intent;
            var before = world.Store.Jobs[intent.Row.Id];
            var lane = world.Store.Lanes(before.Campaign).First(l => l.Id == Lane.BaseOf(before.Lane));
            var fact = new IntentFact(
                intent, before, world.Store.Campaigns[before.Campaign], world.Store.Channels[intent.Channel], lane, world.Now);
            Each(l => l.Stored(fact));
        }
    }

    public void Committed()
    {
        foreach (var campaign in touched)
        {
            Each(l => l.Changed(campaign));
        }
    }

    public void Dialed(DialCommand command, ChannelId channel, bool isRefused)
    {
        world.Say($"the carrier is asked to dial {command.Id} to {command.To.Digits}{(isRefused ? ", refuses" : "")}");
        var fact = new DialFact(command, channel, isRefused);
        Each(l => l.Dialed(fact));
    }

    public void AnsweredAtCarrier(CarrierCall call)
    {
        world.Say($"{call.Id} is answered");
        Each(l => l.AnsweredAtCarrier(call));
    }

    public void EndedAtCarrier(CarrierCall call) => world.Say($"{call.Id} is over at the carrier");

    public void JudgedWithChannel(TryId id, bool isDown) => Each(l => l.JudgedWithChannel(id, isDown));

    public void AnswerStored(TryId id) => Each(l => l.AnswerStored(id));

    public void DoNotCallAcknowledged(PhoneNumber phone)
    {
        world.Say($"{phone.Digits} is on do-not-call");
        Each(l => l.DoNotCallAcknowledged(phone));
    }

    public void CancelAcknowledged(IReadOnlyList<JobId> jobs)
    {
        foreach (var job in jobs)
        {
            world.Say($"job {job} is cancelled");
            Each(l => l.CancelAcknowledged(job));
        }
    }

    public void BotAnswered(BotId bot) => Each(l => l.BotAnswered(bot));

    /// <summary>A channel's activation took over: it knows nothing of bots and has them probed first.</summary>
    public void BotsForgotten(long channelEpoch) => Each(l => l.BotsForgotten(channelEpoch));

    /// <summary>The activation that holds this epoch judged a bot by its calls.</summary>
    public void BotJudged(long channelEpoch, BotId bot, bool isDown) => Each(l => l.BotJudged(channelEpoch, bot, isDown));

    public void BotHeard(CarrierCall call, BotReply reply, BotAnswer answer)
    {
        world.Say($"the bot of {call.Id} said {reply} and is told {answer}");
        Each(l => l.BotHeard(call, reply, answer));
    }

    public void ResumeAsked(CampaignId campaign) => resumeAskedAt[campaign] = world.Now;

    /// <summary>P11: what was acknowledged is stored. A resume that is still on its way may undo it at once.</summary>
    public void PauseAcknowledged(CampaignId campaign)
    {
        var isUndisturbed = world.Now - resumeAskedAt.GetValueOrDefault(campaign) > TimeSpan.FromMinutes(10);
        if (isUndisturbed && world.Store.Campaigns[campaign].Status == CampaignStatus.Running)
        {
            Break("P11 pause", $"campaign {campaign} was told to be paused and runs");
        }
    }

    /// <summary>P61: two seconds after a stop-now no call of the campaign is up, except those of processes that were lost.</summary>
    public void StopAcknowledged(CampaignId campaign)
    {
        var at = world.Now;
        world.Say($"campaign {campaign} is told to be stopped");
        world.Schedule.After(TimeSpan.FromSeconds(2), null, () =>
        {
            if (world.Carrier.Live.FirstOrDefault(c => c.Campaign == campaign && c.StartedAt <= at && c.Driver.IsAlive) is { } call)
            {
                Break("P61 stop now", $"{call.Id} is up two seconds after campaign {campaign} was stopped");
            }
        });
    }

    public void CheckAtEnd() => Each(l => l.AtEnd());

    private void Each(Action<Law> tell)
    {
        foreach (var law in laws)
        {
            tell(law);
        }
    }
}
