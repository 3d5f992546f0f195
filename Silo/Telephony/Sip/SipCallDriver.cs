using System.Net;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The driver of a SIP trunk (P39): one socket, a few loops that legs live on, and the contract of <see cref="ICallDriver"/> on
/// top. Everything that knows SIP is in the legs; everything that knows calls is in <see cref="SipCall"/>.
/// </summary>
public sealed partial class SipCallDriver : ICallDriver
{
    private const int RememberedTries = 100_000;
    private static readonly TimeSpan RememberTriesFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(3);

    /// <summary>A leg ends by its own limits; a call that is still here after them and this has lost its leg.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<TryId, SipCall> calls = [];
    private readonly RecentCalls<bool> over = new(RememberedTries, RememberTriesFor);
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SipTrunk trunk;
    private readonly ICallEventSink sink;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly UdpSocket socket;
    private readonly LegLoop[] loops;
    private readonly LegSettings plain;
    private readonly OptionsProbe probe;
    private readonly ITimer watch;
    private int endsOwed;
    private bool isClosing;
    private bool isClosed;

    internal SipCallDriver(SipTrunk trunk, ICallEventSink sink, TimeProvider clock, ILogger<SipCallDriver> logger)
    {
        (this.trunk, this.sink, this.clock, log) = (trunk, sink, clock, logger);
        loops = [.. Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(i => new LegLoop($"sip-legs-{i}", clock, logger))];
        socket = new UdpSocket(trunk.Local ?? new IPEndPoint(UdpSocket.AddressTowards(trunk.Remote), 0), Receive, logger);
        plain = Plain();
        probe = new OptionsProbe(plain, trunk.Domain, Send, clock);
        watch = clock.CreateTimer(static s => ((SipCallDriver)s!).Watch(), this, WatchEvery, WatchEvery);
    }

    internal UnixTime Now => clock.Now();

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

            calls.Add(command.Id, call = new SipCall(this, LoopOf(CallIdOf(command.Id)), command, Now));
            endsOwed++;
        }

        call.Loop.Post(() => Begin(call));
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

        HangUp(call, why);
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public async ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        lock (gate)
        {
            if (isClosed)
            {
                return OrphanResult.MayBeUp;
            }
        }

        var ids = IdsOf(call.Id);
        var loop = LoopOf(ids.CallId);
        var orphan = new Orphan(this, loop);
        loop.Post(() =>
        {
            var leg = new SipLeg(ids, SettingsOf(call.To, TimeSpan.FromSeconds(60), TimeSpan.Zero), orphan);
            loop.Add(leg, l => l.EndOrphaned(call.Leg));
        });
        try
        {
            await orphan.Over.Task.WaitAsync(OrphanLimit, clock, cancel);
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

    /// <inheritdoc/>
    public async ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel) =>
        isClosed ? new(false, "the driver is closed") : await probe.AskAsync(cancel);

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
            HangUp(call, HangUpReason.Shutdown);
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

    /// <summary>Leaves without a word, as if this process had been killed; for tests of recovery.</summary>
    public async ValueTask AbandonAsync()
    {
        lock (gate)
        {
            isClosing = true;
        }

        await CloseAsync();
    }

    internal bool Send(ReadOnlyMemory<byte> message) => socket.Send(message.Span, trunk.Remote);

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
                over.Add(call.Command.Id, true, clock.GetTimestamp());
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
        socket.Dispose();
        foreach (var loop in loops)
        {
            loop.Dispose();
        }
    }

    private void Begin(SipCall call)
    {
        if (isClosed)
        {
            return;
        }

        call.Leg = new SipLeg(IdsOf(call.Command.Id), SettingsOf(call.Command.To, call.Command.RingLimit, call.Command.MaxTalk), call);
        call.Loop.Add(call.Leg, static leg => leg.Start());
        if (call.HangUp != HangUpReason.None)
        {
            call.Leg.HangUp();
            call.Loop.Touched(call.Leg);
        }
    }

    private static void HangUp(SipCall call, HangUpReason why) => call.Loop.Post(() =>
    {
        call.HangUp = call.HangUp == HangUpReason.None ? why : call.HangUp;
        if (call.Leg is { } leg)
        {
            leg.HangUp();
            call.Loop.Touched(leg);
        }
    });

    private void Receive(SipMessage message, EndPoint from)
    {
        if (probe?.Take(message) == true)
        {
            return;
        }

        var loop = LoopOf(message.CallId);
        loop.Post(() =>
        {
            if (loop.Find(message.CallId) is { } leg)
            {
                leg.Receive(message);
                loop.Touched(leg);
            }
            else if (message.IsRequest && message.Method != SipMethods.Ack)
            {
                Stranger(message, from);
            }
        });
    }

    /// <summary>A request that belongs to no leg: OPTIONS is answered, anything else is told that there is no such call.</summary>
    private void Stranger(SipMessage request, EndPoint from)
    {
        var isOptions = request.Method == SipMethods.Options;
        var response = isOptions
            ? LegWriter.Response(request, 200, "OK", toTag: "dialer")
            : LegWriter.Response(request, 481, "Call/Transaction Does Not Exist", toTag: "dialer");
        socket.Send(response.Span, from);
    }

    private void Watch()
    {
        List<SipCall>? lost = null;
        lock (gate)
        {
            foreach (var call in calls.Values)
            {
                var live = call.AsLive();
                if (Now - live.StartedAt > call.Command.RingLimit + call.Command.MaxTalk + Grace)
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

    private string CallIdOf(TryId id) => $"{id}@{trunk.Domain}";

    private LegIds IdsOf(TryId id) => new(id.ToString(), trunk.Domain, trunk.Key);

    private LegLoop LoopOf(string callId) => loops[(uint)StringComparer.Ordinal.GetHashCode(callId) % (uint)loops.Length];

    private LegSettings SettingsOf(Numbers.PhoneNumber to, TimeSpan ring, TimeSpan talk) => plain with
    {
        Target = plain.Target with { User = to.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        RingLimit = ring,
        MaxTalk = talk,
    };

    private LegSettings Plain()
    {
        var local = socket.Local;
        var host = local.Address.ToString();
        var silence = new SilentSession(local.Address);
        return new LegSettings
        {
            Target = new SipUri { Scheme = "sip", Host = trunk.Host, Port = trunk.Port },
            From = new SipUri { Scheme = "sip", User = trunk.CallerId ?? "dialer", Host = host },
            Contact = new SipUri { Scheme = "sip", User = "dialer", Host = host, Port = local.Port },
            Transport = "UDP",
            SentBy = local.ToString(),
            OutboundProxy = trunk.OutboundProxy,
            Credentials = trunk.Credentials,
            Offer = silence.Offer,
            AnswerTo = silence.Answer,
            ProvisionalLimit = trunk.ProvisionalLimit,
            RingLimit = TimeSpan.Zero,
            MaxTalk = TimeSpan.Zero,
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try} outlived every limit and is given up")]
    private static partial void LogGivenUp(ILogger log, TryId @try);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event of call {Try} was not taken")]
    private static partial void LogSinkFailed(ILogger log, TryId @try, Exception cause);

    /// <summary>The host of an orphan's end: nobody is told but who waits.</summary>
    private sealed class Orphan(SipCallDriver driver, LegLoop loop) : ILegHost
    {
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Now => loop.Now;

        public bool Send(ReadOnlyMemory<byte> message) => driver.Send(message);

        public void Reply(SipMessage request, ReadOnlyMemory<byte> response) => driver.Send(response);

        public void Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
        {
            if (kind == LegEventKind.Ended)
            {
                Over.TrySetResult();
            }
        }
    }
}
