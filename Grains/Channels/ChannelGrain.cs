using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Channels;

/// <summary>
/// One channel: lines and rate over all campaigns, breaker, fair shares. Each activation and edit raises the row's epoch, so
/// that bundles of a former activation are refused by the intents' transaction. Live rows are counted before the first grant.
/// </summary>
internal sealed partial class ChannelGrain(
    IChannelStore store,
    CallDesk desk,
    ChannelPulse pulse,
    IClusterMembershipService membership,
    TokenLife life,
    TimeProvider clock,
    ILogger<ChannelGrain> logger) : Grain, IChannelGrain
{
    /// <summary>How long a token holds where there is a rate. Short, because the rate may grant only so many within a second and this.</summary>
    private static readonly TimeSpan ShortExpiry = TimeSpan.FromMilliseconds(200);

    /// <summary>What is left is owed to another campaign, which is about to ask.</summary>
    private static readonly TimeSpan OthersTurn = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(4);

    private readonly RollingRate rate = new();
    private readonly LineLedger ledger = new();
    private readonly long epochTicks = clock.GetTimestamp();

    private ChannelRow? row;
    private Breaker breaker = new();
    private string? probeFault;
    private TrunkProbe trunk = TrunkProbe.None;
    private Task trunkProbe = Task.CompletedTask;
    private long lastBundle;
    private int liveBeforeTrial;
    private TimeSpan probedAt = TimeSpan.MinValue / 2;
    private TimeSpan askedAt = TimeSpan.MinValue / 2;

    private ChannelId Id => new(this.GetPrimaryKeyLong());

    /// <summary>Time on this machine's monotonic clock.</summary>
    private TimeSpan Elapsed => clock.GetElapsedTime(epochTicks);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        row = await store.ReadAsync(Id);
        if (row is null)
        {
            return;
        }

        await WriteAsync(row);
        // what a former activation granted a moment ago is not known: as if all of it were (P39)
        rate.Grant(row.Settings.CallsPerSecond, Elapsed);
        await ReconcileAsync(cancellationToken);
        StartTimers();
    }

    public async Task<Answer<ChannelView>> CreateAsync(ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (row is not null)
        {
            return View();
        }

        var faults = ChannelRules.Check(settings);
        if (faults.Count > 0)
        {
            return Answer<ChannelView>.Refused(faults);
        }

        var made = new ChannelRow { Id = Id, Settings = settings, Epoch = 1 };
        try
        {
            await store.InsertAsync(made);
        }
        catch
        {
            // in doubt: the next activation looks
            DeactivateOnIdle();
            throw;
        }

        row = made;
        StartTimers();
        return View();
    }

    public async Task<Answer<ChannelView>> EditAsync(ChannelSettings settings, int expectedVersion)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (row is null)
        {
            return NoSuchChannel();
        }

        if (row.Version != expectedVersion)
        {
            return new Refusal("version_conflict", $"The channel was edited meanwhile: it is at version {row.Version}.");
        }

        var faults = ChannelRules.Check(settings);
        if (faults.Count > 0)
        {
            return Answer<ChannelView>.Refused(faults);
        }

        var live = (await store.CountLiveAsync(Id)).Values.Sum();
        if (live > 0 && !row.Settings.IsSameTrunk(settings))
        {
            // hanging up and recovery of those calls go by the trunk that the channel names
            return new Refusal("calls_live", $"{live} calls over the former trunk are still up; change it when they have ended, or make another channel.", Field: "kind");
        }

        await WriteAsync(row with { Settings = live > 0 ? settings.Outlasting(row.Settings) : settings, Version = row.Version + 1 });
        if (!settings.Breaker)
        {
            Become(new Breaker());
        }

        return View();
    }

    public async Task<Answer<ChannelView>> DeleteAsync(bool force)
    {
        if (row is null)
        {
            return NoSuchChannel();
        }

        var users = await store.ReadUseAsync(Id);
        var started = users.Where(u => u.IsStarted).ToList();
        if (started.Count > 0 && !force)
        {
            return new Refusal(
                "channel_in_use",
                $"Started campaigns use this channel: {string.Join(", ", started.Take(10).Select(u => u.Name))}. Finish them, or force: that pauses them first.");
        }

        // paused first: cut short here, the deletion can be asked for again, and a resume finds the channel still there
        foreach (var user in users)
        {
            await GrainFactory.GetGrain<ICampaignGrain>(user.Campaign.Value).SetCauseAsync(
                new PauseCause(PauseCodes.ChannelDeleted, "The channel was deleted; choose another one.", clock.Now()), holds: true);
        }

        if (row.DeletedAt.IsNone)
        {
            await WriteAsync(row with { DeletedAt = clock.Now() });
        }

        return View();
    }

    public Task<ChannelView?> GetAsync() => Task.FromResult(row is null ? null : View());

    public async Task<ChannelHealthView?> ProbeAsync()
    {
        if (row is null)
        {
            return null;
        }

        await ProbeNowAsync();
        return Health();
    }

    public Task<Bundle> AcquireAsync(BundleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = Elapsed;
        askedAt = now;
        if (row is null)
        {
            // made meanwhile by a write that this activation has not seen? the next one looks
            DeactivateOnIdle();
        }

        if (row is null || !row.DeletedAt.IsNone)
        {
            return Task.FromResult(Grant(request, 0, "channel_deleted", ReconcileEvery));
        }

        Observe(request.Outcomes);
        var bot = JudgeBot(request);
        // a campaign that may not dial is owed no share of the lines
        var want = bot is null or { State: BotState.Up } ? request.Want : 0;
        return Task.FromResult(ledger.Report(request.Campaign, request.Live, request.SettledBundle, want, now, request.Epoch)
            ? Grant(request, bot, now)
            : Grant(request, 0, "channel_lines", TimeSpan.FromSeconds(1), bot));
    }

    private Bundle Grant(BundleRequest request, BotHealthView? bot, TimeSpan now)
    {
        var state = row!.Settings.Breaker ? breaker.State : BreakerState.Closed;
        if (state == BreakerState.Open)
        {
            // nothing is said of its bot: the campaign waits for the trunk, and is not paused by a bot that is away with it
            return Grant(request, 0, "channel_down", TimeSpan.FromSeconds(1));
        }

        if (bot is not null && bot.State != BotState.Up)
        {
            return Grant(request, 0, "scenario_down", RetryAfterProbe(bot), bot);
        }

        // while the channel is on trial a few calls over all campaigns try it, beside the talks that outlived the trouble
        var lines = state == BreakerState.HalfOpen ? Math.Min(row.Settings.Lines, liveBeforeTrial + Breaker.TrialCalls) : row.Settings.Lines;
        var fair = ledger.Fair(request.Campaign, lines, request.Want, now);
        if (fair < request.Want && fair == 0)
        {
            return Grant(request, 0, state == BreakerState.HalfOpen ? "channel_down" : "channel_lines", TimeSpan.FromMilliseconds(100), bot);
        }

        var perSecond = row.Settings.CallsPerSecond;
        var available = rate.Available(perSecond, ShortExpiry, now);
        var count = available == int.MaxValue
            ? fair
            : ledger.FairStarts(request.Campaign, perSecond, available, RollingRate.Window(ShortExpiry), lines, fair, now);
        return count == 0 && request.Want > 0
            ? Grant(request, 0, "channel_rate", available == 0 ? rate.Wait(ShortExpiry, now) : OthersTurn, bot)
            : Grant(request, count, count < request.Want ? "channel_lines" : null, TimeSpan.Zero, bot);
    }

    public async Task NoFundsAsync(PauseCause cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        foreach (var user in (await store.ReadUseAsync(Id)).Where(u => u.IsStarted))
        {
            // told, not waited for: one that is not reached finds it out by its own next call
            GrainFactory.GetGrain<ICampaignGrain>(user.Campaign.Value).NoFundsAsync(cause).Ignore();
        }
    }

    public async Task<int> StopNowAsync()
    {
        if (row is null)
        {
            return 0;
        }

        // people first: neither a slow database nor one campaign that does not answer may keep a call up
        var told = await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, null, Id);
        try
        {
            // intents under the old epoch are refused from here on
            await WriteAsync(row);
            var users = await store.ReadUseAsync(Id);
            await Task.WhenAll(users.Where(u => u.IsStarted).Select(u => GrainFactory.GetGrain<ICampaignGrain>(u.Campaign.Value).PauseAsync("stop now")));
        }
        finally
        {
            // what began between the two
            told += await Silos.SiloCalls.HangUpEverywhereAsync(GrainFactory, membership, null, Id);
        }

        return told;
    }

    private Bundle Grant(BundleRequest request, int count, string? limit, TimeSpan retryAfter, BotHealthView? bot = null)
    {
        if (count > 0)
        {
            lastBundle++;
            ledger.Grant(request.Campaign, lastBundle, count, Elapsed);
            rate.Grant(count, Elapsed);
        }

        return new Bundle
        {
            Id = count > 0 ? lastBundle : request.SettledBundle,
            Count = count,
            Expiry = row?.Settings.CallsPerSecond > 0 ? ShortExpiry : life.Unpaced,
            Epoch = row?.Epoch ?? 0,
            Limit = limit,
            RetryAfter = retryAfter,
            Settings = row?.Settings ?? new ChannelSettings { Name = "", Kind = ChannelKind.None },
            Health = Health(),
            Bot = bot,
        };
    }

    private void Observe(OutcomeDigest outcomes)
    {
        if (row!.Settings.Breaker)
        {
            Become(breaker.Report(outcomes, clock.Now()));
        }
    }

    private void Become(Breaker next)
    {
        if (next.State != breaker.State)
        {
            LogBreaker(Id, next.State, next.Evidence ?? "-");
        }

        if (next.State == BreakerState.HalfOpen && breaker.State != BreakerState.HalfOpen)
        {
            liveBeforeTrial = ledger.Live + ledger.Outstanding;
        }

        breaker = next;
        pulse.Told(Id, breaker.State, row!.Settings.Breaker, clock.Now());
    }

    private async Task WriteAsync(ChannelRow changed)
    {
        bool isWritten;
        try
        {
            isWritten = await store.WriteAsync(changed, row!.Epoch);
        }
        catch
        {
            // in doubt: tokens under an epoch that has passed would be refused for ever
            DeactivateOnIdle();
            throw;
        }

        if (!isWritten)
        {
            DeactivateOnIdle();
            throw new InvalidOperationException("The channel was taken over by another activation; ask again.");
        }

        row = changed with { Epoch = row.Epoch + 1 };
    }

    private void StartTimers()
    {
        this.RegisterGrainTimer(ReconcileAsync, new GrainTimerCreationOptions { DueTime = ReconcileEvery, Period = ReconcileEvery, Interleave = true });
        this.RegisterGrainTimer(WatchAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.FromSeconds(1), Period = TimeSpan.FromSeconds(1), Interleave = true });
    }

    private async Task ReconcileAsync(CancellationToken cancel)
    {
        var readAt = Elapsed;
        var live = await store.CountLiveAsync(Id);
        ledger.Reconcile(live, readAt, life.Unpaced);
        var epoch = row?.Epoch;
        if (await store.ReadAsync(Id) is { } stored && stored.Epoch > epoch && epoch == row!.Epoch)
        {
            // another activation raised the epoch: what this one grants is refused, so it must not go on granting
            DeactivateOnIdle();
        }
    }

    private ChannelHealthView Health() => new()
    {
        Breaker = breaker.State,
        Since = breaker.Since,
        Evidence = breaker.Evidence,
        LinesInUse = ledger.Live,
        Lines = row?.Settings.Lines ?? 0,
        ProbeFault = probeFault,
    };

    private ChannelView View() => new()
    {
        Id = Id,
        Settings = row!.Settings,
        Version = row.Version,
        Health = Health(),
        Deleted = !row.DeletedAt.IsNone,
    };

    private static Refusal NoSuchChannel() => new("channel_not_found", "There is no such channel.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Channel {Channel}: breaker {State} ({Evidence})")]
    private partial void LogBreaker(ChannelId channel, BreakerState state, string evidence);
}
