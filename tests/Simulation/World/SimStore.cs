using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>The database: rows in memory, each access with its latency and its faults. It outlives every process.</summary>
internal sealed partial class SimStore(DialerWorld world)
{
    private readonly Dictionary<CampaignId, List<Lane>> lanes = [];
    private readonly Dictionary<CampaignId, List<JobId>> jobsOf = [];
    private long lastId = 100;

    public SortedDictionary<CampaignId, CampaignRow> Campaigns { get; } = [];

    /// <summary>Causes of a pause: kept by Orleans' persistence beside the row.</summary>
    public Dictionary<CampaignId, List<PauseCause>> Causes { get; } = [];

    public Dictionary<CampaignId, List<TryId>> Suspicious { get; } = [];

    /// <summary>The bot that a campaign's <c>scenario_down</c> is about.</summary>
    public Dictionary<CampaignId, BotId> FailedBots { get; } = [];

    public SortedDictionary<ChannelId, ChannelRow> Channels { get; } = [];

    public SortedDictionary<JobId, JobRow> Jobs { get; } = [];

    public Dictionary<TryId, TryRecord> Tries { get; } = [];

    /// <summary>What bots said in calls that are not over, or whose end is not known: of each job's last call.</summary>
    public Dictionary<JobId, (TryId Try, BotReply Reply)> BotReplies { get; } = [];

    public Dictionary<PhoneNumber, PhoneRow> Phones { get; } = [];

    public HashSet<PhoneNumber> DoNotCall { get; } = [];

    public BotReply? BotReply(TryId id) => BotReplies.TryGetValue(id.Job, out var kept) && kept.Try == id ? kept.Reply : null;

    public long NewId() => lastId += 2;

    /// <summary>One look at the database, at some instant between asking and answer.</summary>
    public async Task<T> ReadAsync<T>(Life life, Func<T> read)
    {
        await world.Schedule.Wait(life, world.Dice.Latency(2, 30));
        if (world.Fault(f => f.ReadFails))
        {
            throw new StoreUnavailableException("the database did not answer");
        }

        var found = read();
        // mostly the answer is there at once; sometimes what was read is old when it arrives
        var late = world.Fault(f => f.SlowRead) ? world.Dice.Between(50, 3000) : world.Dice.Latency(2, 30);
        if (late > 0)
        {
            await world.Schedule.Wait(life, late);
        }

        return found;
    }

    /// <summary>One write of its own transaction. An exception means that it is not known whether it happened.</summary>
    public async Task<T> WriteAsync<T>(Life life, Func<T> write)
    {
        // the database goes on with a write whose process has ended
        await world.Schedule.Wait(null, world.Dice.Latency(3, 40));
        if (world.Fault(f => f.UnknownAndNotDone))
        {
            throw new StoreUnavailableException("in doubt, not done");
        }

        var result = write();
        await world.Schedule.Wait(life, world.Dice.Latency(3, 40));
        return world.Fault(f => f.UnknownButDone) ? throw new StoreUnavailableException("in doubt, done") : result;
    }

    public Task<bool> TransitionAsync(Life life, CampaignRow row, long expectedEpoch) => WriteAsync(life, () =>
    {
        var stored = Campaigns[row.Id];
        if (stored.Epoch != expectedEpoch)
        {
            return false;
        }

        var written = row with { Epoch = stored.Epoch + 1, Counters = stored.Counters };
        Campaigns[row.Id] = written;
        world.Books.CampaignWritten(stored, written);
        return true;
    });

    public Task<bool> WriteChannelAsync(Life life, ChannelRow row, long expectedEpoch) => WriteAsync(life, () =>
    {
        var stored = Channels[row.Id];
        if (stored.Epoch != expectedEpoch)
        {
            return false;
        }

        Channels[row.Id] = row with { Epoch = stored.Epoch + 1 };
        world.Books.ChannelWritten(Channels[row.Id]);
        return true;
    });

    public void Insert(CampaignRow row)
    {
        Campaigns[row.Id] = row;
        lanes[row.Id] = [];
        jobsOf[row.Id] = [];
        Causes[row.Id] = [];
        Suspicious[row.Id] = [];
    }

    public IReadOnlyList<Lane> Lanes(CampaignId campaign) => [.. lanes[campaign]];

    public Lane EnsureLane(CampaignId campaign, byte priority, CallPolicy? policy, string zone)
    {
        var content = policy is null ? null : world.PolicyText(policy);
        var same = lanes[campaign].Find(l =>
            l.Key.Priority == priority && l.Key.Zone == zone && (l.Policy is null ? null : world.PolicyText(l.Policy)) == content);
        if (same is not null)
        {
            return same;
        }

        var lane = new Lane
        {
            Id = new LaneId(NewId()),
            Campaign = campaign,
            Key = new LaneKey(priority, new PolicyId(policy is null ? 0 : NewId()), zone),
            Policy = policy,
        };
        lanes[campaign].Add(lane);
        return lane;
    }

    /// <summary>What the intake's transaction writes; false when the campaign takes no more.</summary>
    public JobId? AddJobs(CampaignId campaign, IReadOnlyList<PlannedJob> planned)
    {
        var row = Campaigns[campaign];
        if (row.Status is CampaignStatus.Finished or CampaignStatus.Deleted)
        {
            return null;
        }

        JobId? first = null;
        foreach (var job in planned)
        {
            var lane = EnsureLane(campaign, job.Priority, job.Policy, job.Zone);
            var added = new JobRow
            {
                Id = new JobId(NewId()),
                Campaign = campaign,
                Phone = job.Phone,
                Lane = lane.Id,
                NotBefore = UnixTime.Max(world.Now, world.Now + job.StartAfter),
                NotAfter = job.FinishAfter == TimeSpan.Zero ? UnixTime.None : world.Now + job.FinishAfter,
                Status = JobStatus.Waiting,
                Flags = JobFlags.FromApi,
                CreatedAt = world.Now,
            };
            FlagSiblings(ref added);
            Jobs[added.Id] = added;
            jobsOf[campaign].Add(added.Id);
            first ??= added.Id;
            world.Books.JobAdded(added);
        }

        var count = new CampaignCounters { Total = planned.Count, Loaded = planned.Count, Waiting = planned.Count };
        Campaigns[campaign] = row with { Counters = row.Counters + count };
        world.Books.Counted(campaign);
        return first;
    }

    public IReadOnlyList<JobRow> RowsOf(CampaignId campaign) => [.. jobsOf[campaign].Where(Jobs.ContainsKey).Select(id => Jobs[id])];

    public IEnumerable<JobRow> RowsOf(CampaignId campaign, JobStatus status) =>
        jobsOf[campaign].Where(Jobs.ContainsKey).Select(id => Jobs[id]).Where(r => r.Status == status);

    public IReadOnlyList<JobRow> Range(CampaignId campaign, LaneRead range) => [.. RowsOf(campaign, JobStatus.Waiting)
        .Where(r => r.Lane == range.Lane && new LaneCursor(r.NotBefore, r.Id).IsAfter(range.After))
        .OrderBy(r => r.NotBefore).ThenBy(r => r.Id)
        .Take(range.Limit)];

    public SubscriberRows Subscriber(CampaignId campaign, PhoneNumber phone)
    {
        var row = Campaigns[campaign];
        return new SubscriberRows(
            [.. RowsOf(campaign).Where(r => r.Phone == phone)],
            Lanes(campaign),
            world.Terms(campaign, row.Settings, Channels[row.Settings.Channel].Settings, row.Status));
    }

    public IReadOnlyList<CampaignId> CampaignsOf(PhoneNumber phone) =>
        [.. Jobs.Values.Where(r => r.Phone == phone && r.Status != JobStatus.Final).Select(r => r.Campaign).Distinct()];

    /// <summary>The do-not-call list and the flag in the phone's row, in one transaction (P38).</summary>
    public void EnterDoNotCall(PhoneNumber phone)
    {
        DoNotCall.Add(phone);
        var row = Phones.GetValueOrDefault(phone) ?? new PhoneRow { Phone = phone, Version = -1 };
        Phones[phone] = row with { DoNotCall = true, Version = row.Version + 1 };
    }

    public IReadOnlyDictionary<CampaignId, int> LiveOfChannel(ChannelId channel) => Campaigns.Values
        .Where(c => c.Settings.Channel == channel && c.Counters.Live > 0)
        .ToDictionary(c => c.Id, c => c.Counters.Live);

    private void FlagSiblings(ref JobRow added)
    {
        foreach (var id in jobsOf[added.Campaign])
        {
            if (Jobs.TryGetValue(id, out var other) && other.Phone == added.Phone)
            {
                // no version rises: a decision under way is not disturbed
                Jobs[id] = other with { Flags = other.Flags | JobFlags.Siblings };
                added = added with { Flags = added.Flags | JobFlags.Siblings };
            }
        }
    }
}

/// <summary>A number that is to be called, before it has a row.</summary>
internal sealed record PlannedJob(PhoneNumber Phone, string Zone, CallPolicy? Policy, byte Priority, TimeSpan StartAfter, TimeSpan FinishAfter);
