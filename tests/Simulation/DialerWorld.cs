using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Dialer.Accounts;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;

namespace Dialer.Tests.Simulation;

/// <summary>
/// The whole dialer in one thread under one seed: real decisions, simulated shells, store, carrier and people. The same seed, the
/// same world, event by event.
/// </summary>
internal sealed class DialerWorld
{
    private const long MaxEvents = 6_000_000;
    private const int KeptSayings = 60;

    /// <summary>So long after the last fault every job is final, or its campaign gets on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(40);

    /// <summary>Between two attempts (P6).</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2_880);

    private readonly Queue<string> sayings = new();
    private readonly Plan plan;
    private Faults faults;

    public DialerWorld(int seed, Bug bug = Bug.None, bool isTracing = false)
    {
        Seed = seed;
        Bug = bug;
        IsTracing = isTracing;
        Dice = new Dice(seed);
        plan = Plan.Draw(Dice);
        faults = plan.Faults;
        IsTrusting = Dice.Chance(500);
        Schedule = new Schedule(plan.StartsAt);
        Books = new Books(this);
        Store = new SimStore(this);
        Carrier = new SimCarrier(this);
        Cluster = new SimCluster(this);
        Bots = new SimBots(this, plan);
        Reminders = new Reminders(this);
    }

    public int Seed { get; }

    public Bug Bug { get; }

    public bool IsTracing { get; }

    /// <summary>The store writes under conditions first (PostgreSQL) or plans on locked rows at once (SQLite).</summary>
    public bool IsTrusting { get; }

    public Dice Dice { get; }

    public Schedule Schedule { get; }

    public UnixTime Now => Schedule.Now;

    public Books Books { get; }

    public SimStore Store { get; }

    public SimCarrier Carrier { get; }

    public SimCluster Cluster { get; }

    public SimBots Bots { get; }

    public Reminders Reminders { get; }

    public bool IsCalm { get; private set; }

    public int BotFailsPerMille => plan.BotFailsPerMille;

    /// <summary>Runs it to its end; null when every law held.</summary>
    public BrokenLaw? Run()
    {
        plan.Found(this);
        Fork(() => new Operator(this, plan).RunAsync());
        Schedule.After(plan.CalmAfter, null, Calm);
        var horizon = Now + plan.CalmAfter + Patience;
        while (Books.Broken is null && Now <= horizon && !(IsCalm && IsDone()) && Schedule.Step())
        {
            if (Schedule.Count > MaxEvents)
            {
                Books.Break("liveness", $"the world does not come to rest: {Unfinished(_ => true)}");
            }
        }

        if (Unfinished(r => WasOpen(r) && !MakesProgress(r.Campaign)) is { Length: > 0 } open)
        {
            Books.Break("liveness", $"not all jobs are final: {open}");
        }

        if (Books.Broken is null && Unfinished(_ => true).Length == 0)
        {
            Books.CheckAtEnd();
        }

        return Books.Broken;
    }

    /// <summary>Does this fault happen here and now?</summary>
    public bool Fault(Func<Faults, int> rate) => !IsCalm && Dice.Chance(rate(faults));

    /// <summary>The terms as the dialer makes them.</summary>
    public CampaignTerms Terms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status)
    {
        var terms = TrueTerms(campaign, settings, channel, status);
        return Bug switch
        {
            Bug.WindowIgnored => terms with { Settings = settings with { CallingWindows = WeeklyHours.Always, OuterHoursException = "bug" } },
            Bug.PauseNotKept => terms with { Settings = settings with { Attempts = settings.Attempts with { PauseMinutes = 1 } } },
            _ => terms,
        };
    }

    /// <summary>The terms as the laws judge by them.</summary>
    public CampaignTerms TrueTerms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status) => new()
    {
        Campaign = campaign,
        Settings = settings,
        Channel = channel,
        Care = plan.Care,
        Country = "RU",
        Status = status,
    };

    public CareSettings Care => plan.Care;

    public string PolicyText(CallPolicy policy) => JsonSerializer.Serialize(policy);

    public Callee CalleeOf(PhoneNumber phone) => plan.Callees[phone];

    public BotReply? DrawBotReply(CarrierCall call) => Dice.Chance(plan.BotSpeaksPerMille) ? DrawReply(call) : null;

    public BotReply DrawReply(CarrierCall call) => new()
    {
        Redial = Dice.Chance(500) ? plan.DrawRedial(Dice, Now) : null,
        CallResult = Dice.Chance(300) ? "said" : null,
        StopCalls = call.AnsweredAt.IsNone ? StopCalls.None : Dice.Chance(100) ? StopCalls.Organisation : Dice.Chance(100) ? StopCalls.Job : StopCalls.None,
    };

    /// <summary>Ends the jobs of a phone that has entered do-not-call; if this is lost they end at their next admission (P59).</summary>
    public void EndJobsEverywhere(SimSilo? from, PhoneNumber phone)
    {
        foreach (var campaign in Store.CampaignsOf(phone))
        {
            Fork(async () =>
            {
                try
                {
                    await Cluster.CallSubscriberAsync(from, campaign, phone, s => s.CancelAsync(EndReason.DoNotCall));
                }
                catch (Exception e) when (e is OutageException or StoreUnavailableException)
                {
                    // the intent's transaction looks at the list
                }
            });
        }
    }

    /// <summary>Starts something that nobody waits for. What it throws is a bug: the shells catch every outage.</summary>
    public void Fork(Func<Task> act)
    {
        async Task WatchedAsync()
        {
            try
            {
                await act();
            }
            catch (Exception e)
            {
                Books.Break("crash", e.ToString());
            }
        }

        _ = WatchedAsync();
    }

    public void Say([InterpolatedStringHandlerArgument("")] ref Saying saying)
    {
        if (!IsTracing)
        {
            return;
        }

        sayings.Enqueue($"{Now} {saying.Text}");
        if (sayings.Count > KeptSayings)
        {
            sayings.Dequeue();
        }
    }

    public string Story() => string.Join(Environment.NewLine, sayings);

    private void Calm()
    {
        Say($"the faults stop");
        IsCalm = true;
        faults = Faults.None;
        Carrier.IsAway = false;
        Carrier.BringBotsBack();
        if (Cluster.Alive.Count == 0)
        {
            Cluster.Start();
        }

        Cluster.Stir();
    }

    private bool IsDone() => Schedule.Count % 16 == 0 && Unfinished(_ => true).Length == 0;

    /// <summary>A cap of a few calls a day and a window of a few hours a week take their time.</summary>
    private bool MakesProgress(CampaignId campaign) =>
        Carrier.Calls.Values.Any(c => c.Campaign == campaign && Now - c.StartedAt < TimeSpan.FromDays(15));

    /// <summary>
    /// Whether the job could be called in the last weeks and was not: some windows open at a turn of the clocks only, and one that is
    /// judged by two clocks may close at such a turn, after the job's last try.
    /// </summary>
    private bool WasOpen(JobRow row)
    {
        var campaign = Store.Campaigns[row.Campaign];
        var lane = Store.Lanes(row.Campaign).First(l => l.Id == Lane.BaseOf(row.Lane));
        var terms = TrueTerms(row.Campaign, campaign.Settings, Store.Channels[campaign.Settings.Channel].Settings, campaign.Status);
        var hours = new CalendarCase(terms, lane.Key.Zone, lane.Policy, row.NotAfter);
        var due = row.NotBefore > Now ? UnixTime.None : row.NotBefore + LongestPause;
        return row.Status != JobStatus.Waiting
            || Enumerable.Range(1, 21 * 24 * 6).Select(i => Now - TimeSpan.FromMinutes(10 * i)).Any(at => at >= due && hours.IsOpen(at));
    }

    private string Unfinished(Func<JobRow, bool> counts)
    {
        var open = Store.Jobs.Values.Where(r => r.Status != JobStatus.Final && counts(r)
            && (r.Status == JobStatus.Live || Store.Campaigns[r.Campaign].Status != CampaignStatus.Finished));
        var first = open.FirstOrDefault();
        return first is null ? "" : $"{first.Id} of campaign {first.Campaign} ({Store.Campaigns[first.Campaign].Status}) is {first.Status} until {first.NotBefore}, {Store.Lanes(first.Campaign).First(l => l.Id == Lane.BaseOf(first.Lane))}";
    }
}

/// <summary>Builds its text only when the world is being traced.</summary>
[InterpolatedStringHandler]
internal readonly ref struct Saying
{
    private readonly StringBuilder? text;

    public Saying(int literalLength, int formattedCount, DialerWorld world, out bool isEnabled)
    {
        isEnabled = world.IsTracing;
        text = isEnabled ? new StringBuilder(literalLength + 8 * formattedCount) : null;
    }

    public string Text => text?.ToString() ?? "";

    public void AppendLiteral(string value) => text?.Append(value);

    public void AppendFormatted<T>(T value) => text?.Append(value);
}
