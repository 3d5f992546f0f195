using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Tests;

/// <summary>
/// The trunk of one channel as the carrier sees it: what was dialed, in order, and what is up. What a call does is said by
/// <see cref="OnDial"/>; by default it rings until the test ends it.
/// </summary>
public sealed class ScriptedTrunk
{
    private readonly Lock gate = new();
    private readonly List<ScriptedCall> calls = [];
    private readonly HashSet<ScriptedCall> live = [];
    private readonly Dictionary<CampaignId, int> mostLive = [];
    private readonly HashSet<TryId> orphans = [];
    private readonly List<(string Uri, long Ticks)> botProbes = [];

    /// <summary>What the carrier does with a call that has just come; runs beside the dial, not in it.</summary>
    public Action<ScriptedCall> OnDial { get; set; } = _ => { };

    /// <summary>Why the driver takes no call; null = it does.</summary>
    public Func<DialCommand, string?> Refuse { get; set; } = _ => null;

    /// <summary>What others must know to end its calls: told before a call leaves. It may take its time.</summary>
    public Func<ValueTask<string?>> OnLine { get; set; } = () => ValueTask.FromResult<string?>("");

    /// <summary>What a lost silo's call is found to be when somebody wants it ended.</summary>
    public OrphanResult Orphan { get; set; } = OrphanResult.Over;

    /// <summary>A dead trunk fails every call, channel-class, and every probe (P42).</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What a probe of a bot finds; null = it never comes back. Told in words for people when it is not there.</summary>
    public Func<string, TrunkHealth?> OnBotProbe { get; set; } = _ => new TrunkHealth(true);

    /// <summary>Bots that were probed, in order, and when, on this machine's monotonic clock.</summary>
    public IReadOnlyList<(string Uri, long Ticks)> BotProbes
    {
        get
        {
            lock (gate)
            {
                return [.. botProbes];
            }
        }
    }

    /// <summary>Everything that was ever dialed, in order.</summary>
    public IReadOnlyList<ScriptedCall> Calls
    {
        get
        {
            lock (gate)
            {
                return [.. calls];
            }
        }
    }

    public IReadOnlyList<ScriptedCall> Live
    {
        get
        {
            lock (gate)
            {
                return [.. live.OrderBy(c => c.Order)];
            }
        }
    }

    /// <summary>The most calls that were up at once, by the carrier's own count.</summary>
    public int MostLive { get; private set; }

    /// <summary>Tries whose call somebody else than its own driver asked to end.</summary>
    public IReadOnlyCollection<TryId> Orphans
    {
        get
        {
            lock (gate)
            {
                return [.. orphans];
            }
        }
    }

    public int MostLiveOf(CampaignId campaign)
    {
        lock (gate)
        {
            return mostLive.GetValueOrDefault(campaign);
        }
    }

    public IReadOnlyList<ScriptedCall> CallsTo(long phone) => [.. Calls.Where(c => c.Phone == phone)];

    public Task<IReadOnlyList<ScriptedCall>> UntilLiveAsync(int count, string what) =>
        Until.GetAsync(() => Task.FromResult(Live), l => l.Count == count, $"{count} calls up: {what}", null, l => $"{l.Count} up");

    public async Task<ScriptedCall> UntilLiveAsync(long phone, string what)
    {
        await Until.TrueAsync(() => Live.Any(c => c.Phone == phone), $"a call of that number up: {what}");
        return Live.First(c => c.Phone == phone);
    }

    internal DialAdmission Dial(DialCommand command, ScriptedDriver driver)
    {
        if (Refuse(command) is { } why)
        {
            return DialAdmission.Refused(why);
        }

        ScriptedCall call;
        lock (gate)
        {
            call = new ScriptedCall(command, driver, driver.Now(), calls.Count, Over);
            calls.Add(call);
            live.Add(call);
            MostLive = Math.Max(MostLive, live.Count);
            mostLive[command.Campaign] = Math.Max(mostLive.GetValueOrDefault(command.Campaign), live.Count(c => c.Campaign == command.Campaign));
        }

        ThreadPool.UnsafeQueueUserWorkItem(Play, call, preferLocal: false);
        return DialAdmission.Accepted;
    }

    internal async ValueTask<TrunkHealth> ProbeBotAsync(string uri, CancellationToken cancel)
    {
        lock (gate)
        {
            botProbes.Add((uri, TimeProvider.System.GetTimestamp()));
        }

        while (true)
        {
            if (OnBotProbe(uri) is { } found)
            {
                return found;
            }

            await Task.Delay(10, cancel);
        }
    }

    internal IReadOnlyList<ScriptedCall> LiveOf(ScriptedDriver driver) => [.. Live.Where(c => ReferenceEquals(c.Driver, driver))];

    internal OrphanResult EndOrphan(OrphanCall orphan)
    {
        lock (gate)
        {
            orphans.Add(orphan.Id);
        }

        if (Orphan == OrphanResult.Over)
        {
            Live.FirstOrDefault(c => c.Id == orphan.Id)?.EndUnheard();
        }

        return Orphan;
    }

    private void Play(ScriptedCall call)
    {
        if (IsUp)
        {
            OnDial(call);
        }
        else
        {
            call.End(CallClass.Technical, isChannelClass: true, by: EndedBy.Network);
        }
    }

    private void Over(ScriptedCall call)
    {
        lock (gate)
        {
            live.Remove(call);
        }
    }
}
