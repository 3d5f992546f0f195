using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;

namespace Dialer.Tests.Subscribers;

/// <summary>
/// One phone in one campaign as the store keeps it: rows, tries, notes and the sum of all counter deltas. Steps are applied
/// as the shell applies them. Windows are always open unless a test narrows them.
/// </summary>
internal sealed class SubscriberWorld
{
    public static readonly UnixTime Noon = TestTerms.At("2026-07-06T12:00:00+03:00");
    public static readonly PhoneNumber Phone = new(79161234567);
    public static readonly TimeSpan Ring = TimeSpan.FromSeconds(20);

    private readonly Dictionary<JobId, BotReply> said = [];
    private readonly List<JobRow> rows = [];
    private readonly Dictionary<LaneId, Lane> lanes = [];

    public SubscriberWorld(AttemptPolicy attempts, bool hasJob = true)
    {
        Terms = TestTerms.Of("Europe/Moscow", WeeklyHours.Always);
        Terms = Terms with { Settings = Terms.Settings with { Attempts = attempts }, Status = CampaignStatus.Running };
        if (hasJob)
        {
            AddJob();
        }
    }

    public CampaignTerms Terms { get; set; }

    public UnixTime Now { get; set; } = Noon;

    public CampaignCounters Sum { get; private set; }

    /// <summary>The try that ended last was the channel's fault, while the channel was down (P42).</summary>
    public bool WasChannelDown { get; private set; }

    public IReadOnlyList<JobRow> Rows => rows;

    public JobRow Row => rows[0];

    public List<TryRecord> Tries { get; } = [];

    public List<JobNote> Notes { get; } = [];

    public List<SeriesRecord> Series { get; } = [];

    public TimeSpan DueIn => Context(0).DueAt(Row) - Now;

    public static AttemptPolicy Attempts(int initial, int pause = 30, int shorter = 0, int maximum = 99) =>
        new() { Initial = initial, Maximum = maximum, PauseMinutes = pause, RedialIfShorterThanSeconds = shorter };

    public SubscriberWorld AddJob(
        CallPolicy? policy = null, UnixTime startAt = default, string zone = "Europe/Moscow", UnixTime notAfter = default)
    {
        var lane = AddLane(policy, LaneKey.DefaultPriority, zone);
        var row = new JobRow
        {
            Id = new JobId(100 + rows.Count),
            Campaign = Terms.Campaign,
            Phone = Phone,
            Lane = lane.Of(LaneKind.At),
            NotBefore = startAt.IsNone ? Now : startAt,
            NotAfter = notAfter,
            Status = JobStatus.Waiting,
            Flags = JobFlags.FromApi,
            CreatedAt = Now,
        };
        rows.Add(row);
        Sum += CounterDelta.Between(null, row);
        return this;
    }

    public SubscriberContext Context(int job)
    {
        var row = rows[job];
        var lane = lanes[Lane.BaseOf(row.Lane)];
        return new SubscriberContext
        {
            Row = row,
            Others = [.. rows.Where(r => r.Id != row.Id)],
            Lane = lane,
            SiblingLanes = [.. lanes.Values],
            Terms = Terms,
            Calendar = LaneCalendar.Compile(Terms, lane.Key.Zone, lane.Policy),
        };
    }

    public AdmitDecision Admit(int job = 0)
    {
        var decision = SubscriberMachine.Admit(Context(job), silo: 1, Now);
        switch (decision)
        {
            case AdmitDecision.Dial dial:
                Apply(job, new SubscriberStep { Row = dial.Intent, Counters = CounterDelta.Between(rows[job], dial.Intent) });
                break;
            case AdmitDecision.End end:
                Apply(job, end.Step);
                break;
            default:
                break;
        }

        return decision;
    }

    /// <summary>Waits as little as the machine allows, waking what is in backoff, and dials. Answers how long that took.</summary>
    public TimeSpan DialWhenDue(int job = 0)
    {
        var since = Now;
        for (var i = 0; i < 50; i++)
        {
            if (rows[job].Status == JobStatus.Backoff)
            {
                Now = UnixTime.Max(Now, rows[job].NotBefore);
                Wake();
                continue;
            }

            switch (Admit(job))
            {
                case AdmitDecision.Dial:
                    return Now - since;
                case AdmitDecision.NotNow later:
                    Assert.True(later.NextAt > Now, $"{later.Reason} names no later instant");
                    Now = later.NextAt;
                    Wake();
                    break;
                case var other:
                    Assert.Fail($"not dialed: {other}");
                    break;
            }
        }

        throw new InvalidOperationException("It is never due.");
    }

    /// <summary>
    /// Ends the live try this long from now; <paramref name="talk"/> = answered that long before its end; decided on what was
    /// <paramref name="seen"/>, or on everything there is.
    /// </summary>
    public SubscriberStep End(
        CallClass callClass,
        TimeSpan? after = null,
        TimeSpan? talk = null,
        BotReply? bot = null,
        bool isChannelClass = false,
        bool isChannelDown = false,
        SubscriberContext? seen = null,
        bool hasRung = false)
    {
        var job = rows.FindIndex(r => r.Status == JobStatus.Live);
        Now += after ?? Ring;
        WasChannelDown = isChannelClass && isChannelDown;
        var heard = BotReply.Merge(Told(job), bot);
        var ended = Ended(rows[job], callClass, Now, talk, heard, isChannelClass) with { HasRung = hasRung };
        return Apply(job, SubscriberMachine.Ended(seen ?? Context(job), ended, rows[job].TryStartedAt, isChannelDown));
    }

    public SubscriberStep DialAndEnd(CallClass callClass, TimeSpan? talk = null, BotReply? bot = null)
    {
        DialWhenDue();
        return End(callClass, Ring + (talk ?? TimeSpan.Zero), talk, bot);
    }

    public void Answer(int job = 0) => Apply(job, new SubscriberStep { Row = SubscriberMachine.Answered(rows[job], Now) });

    public SubscriberStep? Cancel(int job = 0, EndReason reason = EndReason.Cancelled) =>
        SubscriberMachine.Cancel(rows[job], reason, Now) is { } step ? Apply(job, step) : null;

    public void Wake()
    {
        for (var job = 0; job < rows.Count; job++)
        {
            if (SubscriberMachine.Wake(rows[job], Now) is { } step)
            {
                Apply(job, step);
            }
        }
    }

    public SubscriberStep? Settle(int job = 0, bool knownOver = true) =>
        SubscriberMachine.Settle(Context(job), knownOver, Now, Told(job)) is { } step ? Apply(job, step) : null;

    /// <summary>What is kept of the bot of a job's last call; null = nothing.</summary>
    public BotReply? Told(int job) => rows[job].Has(JobFlags.BotSpoke) ? said[rows[job].Id] : null;

    /// <summary>The bot of the live call speaks.</summary>
    public BotDecision Say(BotReply reply, int job = 0) => Heard(job, SubscriberMachine.Said(Context(job), Told(job), reply, Now));

    /// <summary>The bot of a call that is over speaks: of the job's last, or of the one with this number.</summary>
    public BotDecision Amend(BotReply reply, int job = 0, int number = 0)
    {
        var record = Tries.Last(t => t.Try.Job == rows[job].Id && (number == 0 || t.Try.Number == number));
        return Heard(job, SubscriberMachine.Amend(Context(job), record, Told(job), reply, Now));
    }

    private BotDecision Heard(int job, BotDecision decision)
    {
        if (decision.Step is { } step)
        {
            Apply(job, step);
        }

        return decision;
    }

    public SubscriberStep? Correct(int job, CallClass callClass, TimeSpan? talk = null, BotReply? bot = null) =>
        SubscriberMachine.Correct(Context(job), Ended(rows[job], callClass, Now, talk, bot, false), rows[job].TryStartedAt, Told(job)) is { } step
            ? Apply(job, step) : null;

    public SubscriberStep? PutBack(int job = 0) =>
        Tries.FirstOrDefault(t => t.Try == rows[job].Try) is { } record && SubscriberMachine.PutBack(Context(job), record, Now) is { } step
            ? Apply(job, step) : null;

    public SubscriberStep Apply(int job, SubscriberStep step)
    {
        Assert.Equal(rows[job].Version + 1, step.Row.Version);
        var row = step.Row;
        if (step.RedialLane is { } wanted)
        {
            row = row with { Lane = AddLane(wanted.Policy, wanted.Priority, wanted.Zone).Of(LaneKind.At) };
        }

        rows[job] = row;
        foreach (var sibling in step.Siblings)
        {
            var at = rows.FindIndex(r => r.Id == sibling.Id);
            Assert.Equal(rows[at].Version + 1, sibling.Version);
            rows[at] = sibling;
        }

        if (step.Try is { } record)
        {
            Assert.Equal(step.ReplacesTry ? 1 : 0, Tries.RemoveAll(t => t.Try == record.Try));
            Tries.Add(record);
        }

        if (step.Said is { } told)
        {
            said[row.Id] = told;
        }

        if (step.ForgetsSaid)
        {
            Assert.True(said.Remove(row.Id));
        }

        Notes.AddRange(step.Notes);
        Sum += step.Counters;
        if (step.ClosedSeries is { } closed)
        {
            Series.RemoveAll(s => s.Job == closed.Job && s.Series == closed.Series);
            Series.Add(closed);
        }

        return step;
    }

    /// <summary>The counters found the long way, from everything that is stored.</summary>
    public CampaignCounters Recount()
    {
        int Count(Func<JobRow, bool> isCounted) => rows.Count(isCounted);
        int Final(params JobResult[] results) => Count(r => r.Status == JobStatus.Final && results.Contains(r.Result));
        return new CampaignCounters
        {
            Waiting = Count(r => r.Status == JobStatus.Waiting),
            Live = Count(r => r.Status == JobStatus.Live),
            Backoff = Count(r => r.Status == JobStatus.Backoff),
            Final = Count(r => r.Status == JobStatus.Final),
            WaitingForRetry = Count(r => r.Status is JobStatus.Waiting or JobStatus.Backoff && r.TryNumber > 0),
            Answered = Final(JobResult.Reached, JobResult.ReachedWithResult),
            NotAnswered = Final(JobResult.NoAnswer, JobResult.AnsweredShort, JobResult.BotFailed),
            Nonexistent = Final(JobResult.Nonexistent),
            TechnicalError = Final(JobResult.TechnicalError),
            NotDone = Final(JobResult.NotDone),
            Cancelled = Final(JobResult.Cancelled),
            Unknown = Final(JobResult.Unknown),
            Tries = Tries.Count(t => t.Class != CallClass.NotPlaced),
            Attempts = rows.Sum(r => r.AttemptsTotal),
            RetryAttempts = rows.Sum(r => Math.Max(0, r.AttemptsTotal - 1)),
            TechnicalFailures = Tries.Count(t => t.Class == CallClass.Technical),
            RedialsDropped = Notes.Count(n => n.Code is "redial_cut" or "redial_dropped"),
            WaitingAttempted = Count(r => r.Status is JobStatus.Waiting or JobStatus.Backoff && r.AttemptsTotal > 0),
            AnsweredCalls = Tries.Count(t => t.Class is CallClass.Answered or CallClass.BotFailed),
            BusyCalls = Tries.Count(t => t.Class == CallClass.Busy),
            RejectedCalls = Tries.Count(t => t.Class == CallClass.Rejected),
            NoAnswerCalls = Tries.Count(t => t.Class is CallClass.NoAnswer or CallClass.Unreachable),
            TalkMs = Tries.Where(t => !t.AnsweredAt.IsNone && t.Class != CallClass.Unknown).Sum(t => (long)t.Talk.TotalMilliseconds),
            BilledSeconds = Tries.Where(t => !t.AnsweredAt.IsNone && t.Class != CallClass.Unknown).Sum(t => (long)Math.Ceiling(t.Talk.TotalSeconds)),
            SpeechSeconds = Tries.Sum(t => Math.Max(0L, t.SpeechSeconds)),
        };
    }

    private static CallEnded Ended(JobRow row, CallClass callClass, UnixTime at, TimeSpan? talk, BotReply? bot, bool isChannelClass) => new()
    {
        Try = row.Try,
        Campaign = row.Campaign,
        Phone = Phone,
        Seq = 9,
        At = at,
        Class = callClass,
        AnsweredAt = talk is { } talked ? at - talked : UnixTime.None,
        IsChannelClass = isChannelClass,
        Bot = bot,
        Cause = new RawCause(486),
    };

    private Lane AddLane(CallPolicy? policy, byte priority, string zone)
    {
        var id = new LaneId(2 * (lanes.Count + 1));
        return lanes[id] = new Lane
        {
            Id = id,
            Campaign = Terms.Campaign,
            Key = new LaneKey(priority, new PolicyId(policy is null ? 0 : id.Value), zone),
            Policy = policy,
        };
    }
}
