using Dialer.Calls;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The driver of a SIP trunk (P39): its calls, and the contract of <see cref="ICallDriver"/> on top. Sockets and loops are the
/// network's, shared by all trunks of the process; everything that knows SIP is in the legs, everything that knows calls in
/// <see cref="SipCall"/>.
/// </summary>
internal sealed partial class SipCallDriver : ICallDriver
{
    private const int RememberedTries = 100_000;
    private static readonly TimeSpan RememberTriesFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(3);

    /// <summary>A first call waits so long for DNS to say where the trunk is.</summary>
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(2);

    /// <summary>A leg ends by its own limits; a call that is still here after them and this has lost its leg.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<TryId, SipCall> calls = [];
    private readonly RecentCalls<bool> over = new(RememberedTries, RememberTriesFor);
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SipTrunk trunk;
    private readonly SipNetwork network;
    private readonly ICallEventSink sink;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly SipRoutes routes;
    private readonly SipBot.Book bots;
    private readonly SipRegistration? registration;
    private readonly ITimer watch;
    private SipProfile? profile;
    private (IReadOnlyList<SipRoute>? Routes, string Text) line = (null, "");
    private readonly long origin;
    private int endsOwed;
    private bool isClosing;
    private bool isClosed;
    private bool isAbandoned;

    internal SipCallDriver(SipTrunk trunk, SipNetwork network, SipResolver resolver, ICallEventSink sink, ILogger<SipCallDriver> logger)
    {
        (this.trunk, this.network, this.sink, clock, log) = (trunk, network, sink, network.Clock, logger);
        origin = clock.GetTimestamp();
        routes = new SipRoutes(network, resolver, trunk);
        bots = new SipBot.Book(trunk, network, resolver);
        registration = trunk.Registers ? new SipRegistration(network, routes, trunk, logger) : null;
        watch = clock.CreateTimer(static s => ((SipCallDriver)s!).Watch(), this, WatchEvery, WatchEvery);
    }

    internal UnixTime Now => clock.Now();

    /// <summary>Address and session of our side; known as soon as the trunk's address is.</summary>
    private SipProfile Profile => profile ??= new SipProfile(trunk, new SilentSession(network.AddressTowards(routes.Current()[0].Target.Address)));

    /// <inheritdoc/>
    public async ValueTask<string?> LineAsync(CancellationToken cancel)
    {
        await routes.Ready.WaitAsync(LookUpLimit, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!routes.Ready.IsCompleted)
        {
            return null;
        }

        // without a target nothing leaves: such calls end at once
        var known = routes.Current();
        if (known.Count == 0)
        {
            return "";
        }

        var (last, text) = line;
        if (!ReferenceEquals(last, known))
        {
            line = (known, text = SipLine.Of(known));
        }

        return text;
    }

    /// <inheritdoc/>
    public ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(command);
        SipCall call;
        lock (gate)
        {
            if (isClosing)
            {
                return ValueTask.FromResult(DialAdmission.Refused("the driver is closing"));
            }

            if (calls.ContainsKey(command.Id))
            {
                return ValueTask.FromResult(DialAdmission.Accepted);
            }

            if (over.Contains(command.Id))
            {
                return ValueTask.FromResult(DialAdmission.Refused("this try was dialed already and is over"));
            }

            calls.Add(command.Id, call = new SipCall(this, LoopOf(command.Id), command, Now, clock.GetTimestamp()));
            endsOwed++;
        }

        Begin(call);
        return ValueTask.FromResult(DialAdmission.Accepted);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HangUpAsync(TryId id, HangUpReason why, CancellationToken cancel)
    {
        SipCall? call;
        lock (gate)
        {
            if (!calls.TryGetValue(id, out call))
            {
                return ValueTask.FromResult(false);
            }
        }

        call.Loop.Post(() => call.HangUp(why));
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public async ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call is { Line: null, Leg: null, AnsweredAt.IsNone: true })
        {
            // its process died before it told where calls would go, and none leaves before that
            return OrphanResult.Over;
        }

        await routes.Ready.WaitAsync(LookUpLimit, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isClosed || routes.Current().Count == 0)
        {
            return OrphanResult.MayBeUp;
        }

        var over = SipOrphan.EndAsync(
            routes, LoopOf(call.Id), Profile.IdsOf(call.Id), Profile.SettingsOf(call.To, TimeSpan.FromSeconds(60), TimeSpan.Zero), call);
        try
        {
            await over.WaitAsync(OrphanLimit, clock, cancel);
            return OrphanResult.Over;
        }
        catch (TimeoutException)
        {
            return OrphanResult.MayBeUp;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LiveCall> List()
    {
        lock (gate)
        {
            return [.. calls.Values.Select(c => c.AsLive())];
        }
    }

    /// <summary>
    /// Asks each target by OPTIONS. One that answers is enough; whatever it answers but 503 says yes: many answer 404 or 405 and
    /// are well.
    /// </summary>
    public async ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel)
    {
        if (isClosed)
        {
            return new(false, "the driver is closed");
        }

        await routes.Ready.WaitAsync(SipProbe.Limit, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (registration is not null)
        {
            await registration.First.Task.WaitAsync(SipProbe.Limit, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (registration.Fault is { } fault)
            {
                return new(false, fault);
            }
        }

        if (!trunk.AnswersOptions && routes.Current().Count > 0)
        {
            return new(true, "not probed");
        }

        return routes.Current().Count == 0
            ? new(false, routes.Fault ?? $"no answer of DNS about {trunk.NextHop.Host}")
            : await SipProbe.AskAsync(network, routes, trunk.NextHop.Host, Profile.Options, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<TrunkHealth> ProbeBotAsync(string uri, CancellationToken cancel)
    {
        if (bots.Of(uri) is not { } bot)
        {
            return new(false, "the bot's URI cannot be read");
        }

        await bot.Routes.Ready.WaitAsync(SipProbe.Limit, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await SipProbe.AskAsync(network, bot.Routes, uri, bot.Options, cancel);
    }

    /// <summary>
    /// Cancels what rings and hangs up what talks; a call whose end the far side does not confirm within a few seconds ends
    /// unknown, or answered when it was.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        SipCall[] open;
        lock (gate)
        {
            if (isClosing)
            {
                return;
            }

            isClosing = true;
            open = [.. calls.Values];
            SignalIfDrained();
        }

        foreach (var call in open)
        {
            call.Loop.Post(() => call.HangUp(HangUpReason.Shutdown));
        }

        try
        {
            await drained.Task.WaitAsync(CloseLimit, clock);
        }
        catch (TimeoutException)
        {
            foreach (var call in open)
            {
                call.Loop.Post(call.Lose);
            }

            await drained.Task;
        }

        await CloseAsync();
    }

    /// <summary>Leaves without a word, as if this process had been killed; for tests of recovery, which end the network too.</summary>
    internal async ValueTask AbandonAsync()
    {
        lock (gate)
        {
            isClosing = isAbandoned = true;
        }

        await CloseAsync();
    }

    internal SipHop HopTo(SipUri next, SipRoute route) => routes.HopTo(next, route);

    /// <summary>The address that the call's bot is given; null = none.</summary>
    internal string? CallbackOf(DialCommand command) => trunk.CallbackOf?.Invoke(command);

    internal SipBot? BotOf(string uri) => bots.Of(uri);

    /// <summary>Where a call's messages are noted down; null = they are not.</summary>
    internal SipTrace? TraceOf(TryId id) => trunk.Traces is null ? null : new SipTrace(id.ToString(), clock);

    /// <summary>The call has ended: what its trace has by now is kept. Answers to late repeats are not in it.</summary>
    internal void Keep(SipTrace? trace)
    {
        if (trace is not null)
        {
            trunk.Traces!.Write(trace);
        }
    }

    internal void Failed(SipRoute route) => routes.Failed(route);

    internal Outcome Judge(LegEndFacts facts) => trunk.Outcomes.Judge(facts);

    internal void Post(CallEvent callEvent)
    {
        if (isClosed)
        {
            return;
        }

        try
        {
            sink.Post(callEvent);
        }
        catch (Exception e)
        {
            // whoever takes the events must not stop those of other calls, nor the account of this one
            LogSinkFailed(log, callEvent.Try, e);
        }
    }

    internal void Remove(SipCall call)
    {
        lock (gate)
        {
            if (calls.Remove(call.Command.Id))
            {
                over.Add(call.Command.Id, true, clock.GetElapsedTime(origin).Ticks);
            }
        }
    }

    internal void Ended()
    {
        lock (gate)
        {
            endsOwed--;
            SignalIfDrained();
        }
    }

    private async ValueTask CloseAsync()
    {
        lock (gate)
        {
            isClosed = true;
            calls.Clear();
        }

        await watch.DisposeAsync();
        if (registration is not null && !isAbandoned)
        {
            await registration.DisposeAsync();
        }
    }

    private void Begin(SipCall call)
    {
        if (routes.Ready.IsCompleted)
        {
            call.Loop.Post(() => BeginNow(call));
            return;
        }

        _ = routes.Ready.ContinueWith(_ => call.Loop.Post(() => BeginNow(call)), TaskScheduler.Default);
    }

    private void BeginNow(SipCall call)
    {
        if (!isClosed)
        {
            call.Begin(routes, routes.Current().Count == 0 ? null : Profile);
        }
    }

    private void Watch()
    {
        List<SipCall>? lost = null;
        lock (gate)
        {
            foreach (var call in calls.Values)
            {
                if (clock.GetElapsedTime(call.Began) > call.Command.RingLimit + call.Command.MaxTalk + Grace)
                {
                    (lost ??= []).Add(call);
                }
            }
        }

        foreach (var call in lost ?? [])
        {
            LogGivenUp(log, call.Command.Id);
            call.Loop.Post(call.Lose);
        }
    }

    private void SignalIfDrained()
    {
        if (isClosing && endsOwed == 0)
        {
            drained.TrySetResult();
        }
    }

    private SipLoop LoopOf(TryId id) => network.LoopOf($"{id}@{trunk.Domain}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try} outlived every limit and is given up")]
    private static partial void LogGivenUp(ILogger log, TryId @try);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event of call {Try} was not taken")]
    private static partial void LogSinkFailed(ILogger log, TryId @try, Exception cause);
}
