using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Calendars;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>A stored campaign, and the writes that its grain and its subscribers would decide on.</summary>
internal sealed class TestCampaign(StoreRig rig, CampaignRow row, ChannelRow channel)
{
    public const string Zone = "Europe/Moscow";

    /// <summary>A write is answered long before it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public CampaignId Id => row.Id;

    public CampaignRow Row => row;

    public ChannelRow Channel => channel;

    public static async Task<TestCampaign> NewAsync(
        StoreRig rig,
        int max = 100,
        CampaignStatus status = CampaignStatus.Running,
        ChannelRow? channel = null,
        AttemptPolicy? attempts = null,
        ListId? list = null)
    {
        channel ??= await NewChannelAsync(rig);
        var id = new CampaignId(await rig.Ids.NextAsync());
        var row = new CampaignRow
        {
            Id = id,
            Token = $"1.{id.Value}.t",
            Settings = new CampaignSettings
            {
                Name = $"campaign {id.Value}",
                Channel = channel.Id,
                MaxSimultaneousCalls = max,
                TimeZone = Zone,
                CallingWindows = WeeklyHours.Always,
                Attempts = attempts ?? new AttemptPolicy { Initial = 3 },
                List = list,
            },
            Status = status,
            Epoch = 3,
            CreatedAt = rig.Now,
        };
        await rig.Campaigns.InsertAsync(row);
        return new TestCampaign(rig, row, channel);
    }

    public static async Task<ChannelRow> NewChannelAsync(StoreRig rig)
    {
        var id = new ChannelId(await rig.Ids.NextAsync());
        var channel = new ChannelRow { Id = id, Settings = new ChannelSettings { Name = $"channel {id.Value}", Kind = ChannelKind.Sip }, Epoch = 7 };
        await rig.Channels.InsertAsync(channel);
        return channel;
    }

    /// <summary>The same campaign as another process writes it.</summary>
    public TestCampaign On(StoreRig other) => new(other, row, channel);

    public Task<IReadOnlyList<JobRow>> AddAsync(params long[] phones) => AddAsync([.. phones.Select(p => new NewJob
    {
        Phone = new PhoneNumber(p),
        Zone = new ZoneFound(Zone, ZoneSource.ApiField),
        Payload = $$"""{"n":{{p}}}""",
    })]);

    public async Task<IReadOnlyList<JobRow>> AddAsync(params NewJob[] jobs)
    {
        var answer = await rig.Intake.AddAsync(Id, jobs, null);
        Assert.True(answer.IsDone);
        var rows = new List<JobRow>();
        foreach (var id in answer.Value.Jobs)
        {
            rows.Add(await JobAsync(id));
        }

        return rows;
    }

    public async Task<JobRow> AddOneAsync(long phone) => (await AddAsync(phone))[0];

    public Task<JobRow> JobAsync(JobId id) => JobAsync(rig, id);

    public static Task<JobRow> JobAsync(StoreRig rig, JobId id) => rig.Database.ReadAsync(async c =>
        (await c.ListAsync($"select {JobRows.Columns} from call_job where id = @id", JobRows.Read, ("id", id.Value))).Single());

    public async Task<CampaignCounters> CountersAsync() => (await rig.Campaigns.ReadCountersAsync(Id))!.Value;

    /// <summary>The intent to dial a waiting row.</summary>
    public IntentWrite Intent(JobRow job, UnixTime at = default)
    {
        at = at.IsNone ? rig.Now : at;
        var live = job with
        {
            Status = JobStatus.Live,
            TryNumber = job.TryNumber + 1,
            TryStartedAt = at,
            AnsweredAt = UnixTime.None,
            Silo = 1,
            Flags = job.Flags & ~(JobFlags.LastUnknown | JobFlags.PutBack),
            Version = job.Version + 1,
        };
        return new IntentWrite
        {
            Row = live,
            Epoch = row.Epoch,
            Channel = channel.Id,
            ChannelEpoch = channel.Epoch,
            Phone = new PhoneRequest(job.Phone, live.Try, rig.Care, Zone, Zone),
            At = at,
            Counters = CounterDelta.Between(job, live),
        };
    }

    /// <summary>Dials a waiting job: its live row.</summary>
    public async Task<JobRow> DialAsync(JobRow job, UnixTime at = default)
    {
        var intent = Intent(job, at);
        var answer = await rig.Dial.WriteIntentAsync(intent).AsTask().WaitAsync(Limit);
        Assert.Equal(IntentResult.Stored, answer.Result);
        return intent.Row;
    }

    /// <summary>What the machine decides at the end of a call, ten seconds after its start.</summary>
    public SubscriberStep Ended(JobRow live, CallClass outcome, BotReply? bot = null, Lane? lane = null, params JobRow[] siblings)
    {
        var talked = outcome is CallClass.Answered or CallClass.BotFailed;
        var ended = new CallEnded
        {
            Try = live.Try,
            Campaign = Id,
            Phone = live.Phone,
            Seq = 9,
            At = live.TryStartedAt + TimeSpan.FromSeconds(10),
            Class = outcome,
            AnsweredAt = talked ? live.TryStartedAt + TimeSpan.FromSeconds(4) : UnixTime.None,
            Cause = new RawCause(486, 17, "Busy Here"),
            Bot = bot,
        };
        return SubscriberMachine.Ended(Context(live, lane, siblings), ended, live.NotBefore, isChannelDown: false);
    }

    public SubscriberContext Context(JobRow job, Lane? lane = null, params JobRow[] siblings)
    {
        var terms = rig.Terms(Id, row.Settings, channel.Settings, CampaignStatus.Running);
        lane ??= new Lane { Id = Lane.BaseOf(job.Lane), Campaign = Id, Key = new LaneKey(3, default, Zone) };
        return new SubscriberContext
        {
            Row = job,
            Others = siblings,
            Lane = lane,
            Terms = terms,
            Calendar = LaneCalendar.Compile(terms, Zone, lane.Policy),
        };
    }

    public async Task<JobRow> EndAsync(JobRow live, CallClass outcome, BotReply? bot = null)
    {
        var step = Ended(live, outcome, bot);
        Assert.True(await rig.Dial.WriteStepAsync(step).AsTask().WaitAsync(Limit));
        return step.Row;
    }

    /// <summary>Writes all of it as one batch, and tells what each was answered.</summary>
    public static async Task<IReadOnlyList<object>> CommitAsync(StoreRig rig, params object[] writes)
    {
        WriteOp[] batch = [.. writes.Select(Op)];
        await rig.Engine.CommitAsync(batch);
        return [.. batch.Select(o => o is IntentOp intent ? (object)intent.Answer.Result : ((StepOp)o).IsStored)];
    }

    private static WriteOp Op(object write) => write switch
    {
        IntentWrite intent => new IntentOp(intent),
        SubscriberStep step => new StepOp(step, null),
        _ => throw new ArgumentException("no write", nameof(write)),
    };
}
