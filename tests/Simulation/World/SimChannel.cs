using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>The shell of a channel: the real ledger of lines, rolling rate and breaker. Follows <c>ChannelGrain</c>.</summary>
internal sealed partial class SimChannel
{
    private static readonly TimeSpan ShortExpiry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongExpiry = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    private readonly DialerWorld world;
    private readonly RollingRate rate = new();
    private readonly LineLedger ledger = new();
    private readonly Life life;
    private readonly long bornMs;
    private ChannelRow? row;
    private Breaker breaker = new();
    private TrunkProbe trunk = TrunkProbe.None;
    private long lastBundle;
    private int liveBeforeTrial;
    private Rhythm? rhythm;
    private bool isProbing;
    private bool isGone;
    private TimeSpan askedAt;

    public SimChannel(DialerWorld world, SimSilo silo, ChannelId id)
    {
        this.world = world;
        Silo = silo;
        Id = id;
        life = silo.Life;
        bornMs = world.Schedule.NowMs;
    }

    public ChannelId Id { get; }

    public SimSilo Silo { get; }

    public Gate Activated { get; } = new();

    private TimeSpan Elapsed => TimeSpan.FromMilliseconds(world.Schedule.NowMs - bornMs);

    public void Activate()
    {
        world.Fork(async () =>
        {
            try
            {
                await OnActivateAsync();
                Activated.Open();
                await RunTimersAsync();
            }
            catch (Exception e) when (e is OutageException or StoreUnavailableException)
            {
                world.Cluster.Forget(this);
                Activated.Fail(e);
            }
        });
    }

    public async Task<bool> EditAsync(ChannelSettings settings)
    {
        await WriteAsync(row! with { Settings = settings, Version = row.Version + 1 });
        return true;
    }

    public Task<bool> ProbeAsync()
    {
        ProbeNow();
        return Task.FromResult(breaker.State == BreakerState.Open);
    }

    public Task<Bundle> AcquireAsync(BundleRequest request)
    {
        var now = Elapsed;
        askedAt = now;
        Become(row!.Settings.Breaker ? breaker.Report(request.Outcomes, world.Now) : breaker);
        var bot = JudgeBot(request);
        var want = bot is null or { State: BotState.Up } ? request.Want : 0;
        if (!ledger.Report(request.Campaign, request.Live, request.SettledBundle, want, now, request.Epoch))
        {
            return Task.FromResult(Grant(request, 0, "channel_lines", TimeSpan.FromSeconds(1), bot));
        }

        KeepProbing();
        rhythm?.Stir();
        var state = row.Settings.Breaker ? breaker.State : BreakerState.Closed;
        if (state == BreakerState.Open)
        {
            return Task.FromResult(Grant(request, 0, "channel_down", TimeSpan.FromSeconds(1)));
        }

        if (bot is not null && bot.State != BotState.Up && !(bot.State == BotState.Unknown && world.Bug == Bug.BotNotWaitedFor))
        {
            return Task.FromResult(Grant(request, 0, "scenario_down", RetryAfterProbe(bot), bot));
        }

        var lines = state == BreakerState.HalfOpen ? Math.Min(row.Settings.Lines, liveBeforeTrial + Breaker.TrialCalls) : row.Settings.Lines;
        var fair = ledger.Fair(request.Campaign, lines, request.Want, now);
        if (fair < request.Want && fair == 0)
        {
            return Task.FromResult(Grant(request, 0, state == BreakerState.HalfOpen ? "channel_down" : "channel_lines", TimeSpan.FromMilliseconds(100), bot));
        }

        var available = world.Bug == Bug.RateNotCounted ? int.MaxValue : rate.Available(row.Settings.CallsPerSecond, ShortExpiry, now);
        var count = available == int.MaxValue
            ? fair
            : ledger.FairStarts(request.Campaign, row.Settings.CallsPerSecond, available, RollingRate.Window(ShortExpiry), lines, fair, now);
        return Task.FromResult(count == 0 && request.Want > 0
            ? Grant(request, 0, "channel_rate", available == 0 ? rate.Wait(ShortExpiry, now) : TimeSpan.FromMilliseconds(100), bot)
            : Grant(request, count, count < request.Want ? "channel_lines" : null, TimeSpan.Zero, bot));
    }

    private async Task OnActivateAsync()
    {
        row = await world.Store.ReadAsync(life, () => world.Store.Channels[Id]);
        await WriteAsync(row);
        world.Books.BotsForgotten(row.Epoch);
        // what a former activation granted a moment ago is not known: as if all of it were (P39)
        rate.Grant(row.Settings.CallsPerSecond, Elapsed);
        await ReconcileAsync();
    }

    private async Task RunTimersAsync()
    {
        rhythm = world.Cluster.NewRhythm(life, ReconcileEvery);
        while (!isGone)
        {
            await rhythm.NextAsync(ledger.Live + ledger.Outstanding > 0);
            try
            {
                await ReconcileAsync();
            }
            catch (StoreUnavailableException)
            {
                // tried again at the next tick
            }
        }
    }

    private async Task ReconcileAsync()
    {
        var readAt = Elapsed;
        var live = await world.Store.ReadAsync(life, () => world.Store.LiveOfChannel(Id));
        ledger.Reconcile(live, readAt, LongExpiry);
        var epoch = row!.Epoch;
        var stored = await world.Store.ReadAsync(life, () => world.Store.Channels[Id]);
        if (stored.Epoch > epoch && epoch == row.Epoch)
        {
            Leave();
        }
    }

    private Bundle Grant(BundleRequest request, int count, string? limit, TimeSpan retryAfter, BotHealthView? bot = null)
    {
        if (count > 0)
        {
            lastBundle++;
            ledger.Grant(request.Campaign, lastBundle, count, Elapsed);
            rate.Grant(count, Elapsed);
        }

        world.Say($"channel grants {count} of {request.Want} to campaign {request.Campaign} (live {request.Live}, settled {request.SettledBundle}; all live {ledger.Live}, outstanding {ledger.Outstanding}) {limit}");
        return new Bundle
        {
            Id = count > 0 ? lastBundle : request.SettledBundle,
            Count = count,
            Expiry = row!.Settings.CallsPerSecond > 0 ? ShortExpiry : LongExpiry,
            Epoch = row.Epoch,
            Limit = limit,
            RetryAfter = retryAfter,
            Settings = row.Settings,
            Health = new ChannelHealthView { Breaker = breaker.State, Since = breaker.Since, Evidence = breaker.Evidence },
            Bot = bot,
        };
    }

    private void Become(Breaker next)
    {
        if (next.State != breaker.State)
        {
            world.Say($"breaker {next.State}");
        }

        if (next.State == BreakerState.HalfOpen && breaker.State != BreakerState.HalfOpen)
        {
            liveBeforeTrial = ledger.Live + ledger.Outstanding;
        }

        breaker = next;
        Silo.Pulse.Told(Id, breaker.State, row!.Settings.Breaker, world.Now);
    }

    /// <summary>Probes go on while the channel is in use.</summary>
    private void KeepProbing()
    {
        if (isProbing || !row!.Settings.Breaker)
        {
            return;
        }

        isProbing = true;
        world.Schedule.After(breaker.ProbeInterval, life, () =>
        {
            isProbing = false;
            var isUsed = Elapsed - askedAt < TimeSpan.FromSeconds(60);
            if (!isGone && isUsed)
            {
                ProbeNow();
                KeepProbing();
            }
        });
    }

    private void ProbeNow()
    {
        trunk = new TrunkProbe(!world.Carrier.IsAway, Elapsed);
        Become(breaker.Probed(!world.Carrier.IsAway, "no answer to a probe", world.Now));
    }

    private void Leave()
    {
        isGone = true;
        world.Cluster.Forget(this);
    }

    private async Task WriteAsync(ChannelRow changed)
    {
        try
        {
            if (!await world.Store.WriteChannelAsync(life, changed, row!.Epoch))
            {
                throw new TakenOverException();
            }
        }
        catch
        {
            // taken over, or in doubt: tokens under an epoch that has passed would be refused for ever
            Leave();
            throw;
        }

        row = changed with { Epoch = row.Epoch + 1 };
    }
}
