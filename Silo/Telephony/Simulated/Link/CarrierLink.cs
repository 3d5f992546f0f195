using System.Net;
using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// A driver's link to a carrier in another process (<see cref="CarrierWire"/>). It is made anew whenever it breaks, a little later
/// each time; a carrier that is connected but silent (a stopped process) counts as gone.
/// </summary>
internal sealed partial class CarrierLink : ICarrierTrunk
{
    private const int MissedTicks = 4;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    private readonly IPEndPoint _carrier;
    private readonly SimulatedSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstContact = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<long, TaskCompletionSource<TrunkHealth>> _pings = [];
    private ITrunkUser _user = null!;
    private Task _run = Task.CompletedTask;
    private WireConnection? _connection;
    private string _evidence = "the carrier was not reached yet";
    private long _lastPing;
    private int _silentTicks;

    public CarrierLink(IPEndPoint carrier, SimulatedSettings settings, TimeProvider clock, ILogger<SimulatedCallDriver> logger)
    {
        _carrier = carrier;
        _settings = settings;
        _clock = clock;
        _log = logger;
    }

    public Task FirstContact => _firstContact.Task;

    public bool CanLoseCalls => true;

    public void Start(ITrunkUser user)
    {
        _user = user;

        // on the pool: a driver made inside a grain must not run on that grain's scheduler
        _run = Task.Run(RunAsync);
    }

    public bool TryDial(DialCommand command) =>
        Send(CarrierWire.Dial(stackalloc byte[WireLine.MaxLength], command.Id, command.To, command.RingLimit, command.MaxTalk));

    public bool TryHangUp(TryId id) => Send(CarrierWire.About(stackalloc byte[WireLine.MaxLength], "hangup"u8, id));

    public bool TryQuery(TryId id) => Send(CarrierWire.About(stackalloc byte[WireLine.MaxLength], "query"u8, id));

    public async ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<TrunkHealth>(TaskCreationOptions.RunContinuationsAsynchronously);
        long number;
        lock (_gate)
        {
            number = ++_lastPing;
            _pings.Add(number, answer);
        }

        try
        {
            return Ping(number)
                ? await answer.Task.WaitAsync(ProbeLimit, _clock, cancel)
                : Down();
        }
        catch (TimeoutException)
        {
            return new TrunkHealth(false, $"the carrier at {_carrier} did not answer within {ProbeLimit.TotalSeconds} s");
        }
        finally
        {
            lock (_gate)
            {
                _pings.Remove(number);
            }
        }
    }

    // Ticks and not time are counted: a process that was frozen itself must read what has come before it judges.
    public void Tick()
    {
        WireConnection? silent = null;
        lock (_gate)
        {
            if (_connection is not null && ++_silentTicks > MissedTicks)
            {
                _silentTicks = 0;
                silent = _connection;
            }
        }

        if (silent is not null)
        {
            silent.Close($"it was silent for {MissedTicks} s");
        }
        else
        {
            Ping(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        lock (_gate)
        {
            _connection?.Dispose();
        }

        await _run;
        _stop.Dispose();
    }

    private bool Ping(long number) => Send(new WireLine(stackalloc byte[WireLine.MaxLength]).Word("ping"u8).Number(number).End());

    private bool Send(ReadOnlySpan<byte> line)
    {
        WireConnection? connection;
        lock (_gate)
        {
            connection = _connection;
        }

        return connection is not null && connection.Send(line);
    }

    private async Task RunAsync()
    {
        var retry = FirstRetry;
        while (!_stop.IsCancellationRequested)
        {
            var socket = await ConnectAsync();
            if (socket is not null)
            {
                var wasUp = await TalkAsync(new WireConnection(socket));
                retry = wasUp ? FirstRetry : retry;
            }

            _firstContact.TrySetResult();
            if (!_stop.IsCancellationRequested)
            {
                await Task.Delay(retry, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }

        _firstContact.TrySetResult();
    }

    private async Task<Socket?> ConnectAsync()
    {
        var socket = new Socket(_carrier.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = new CancellationTokenSource(ConnectLimit, _clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            await socket.ConnectAsync(_carrier, both.Token);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            LinkFailed(e is SocketException ? e.Message : "no answer");
            return null;
        }
    }

    // Answers whether the carrier greeted us.
    private async Task<bool> TalkAsync(WireConnection connection)
    {
        var isUp = false;
        using var limit = new CancellationTokenSource(ConnectLimit, _clock);
        await using var noGreeting = limit.Token.Register(() => connection.Close($"it did not greet within {ConnectLimit.TotalSeconds} s"));
        await using var stopped = _stop.Token.Register(connection.Dispose);
        var why = await connection.ReadAsync(line =>
        {
            _silentTicks = 0;
            if (isUp)
            {
                return Take(line);
            }

            isUp = line.SequenceEqual(CarrierWire.Greeting);
            if (isUp)
            {
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                Open(connection);
            }

            return isUp;
        });
        connection.Dispose();
        lock (_gate)
        {
            _connection = null;
        }

        LinkFailed(isUp ? $"the link broke: {why}" : why);
        if (isUp)
        {
            FailPings();
            _user.LinkIsDown();
        }

        return isUp;
    }

    private void Open(WireConnection connection)
    {
        connection.Send(CarrierWire.Terms(stackalloc byte[WireLine.MaxLength], _settings));
        lock (_gate)
        {
            _connection = connection;
            _evidence = string.Empty;
        }

        LogUp(_log, _carrier);

        // the link takes messages before the old calls are asked for: a hang-up that comes now is sent by whoever sees it
        _user.LinkIsUp();
        _firstContact.TrySetResult();
    }

    private bool Take(ReadOnlySpan<byte> line)
    {
        var words = new WireReader(line);
        if (!words.TryWord(out var verb))
        {
            return false;
        }

        if (verb.SequenceEqual("pong"u8))
        {
            return words.TryNumber(out long number) && words.TryWord(out var state) && Pong(number, state.SequenceEqual("up"u8));
        }

        if (verb.SequenceEqual("error"u8))
        {
            LogRefused(_log, _carrier, System.Text.Encoding.UTF8.GetString(line));
            return false;
        }

        if (!CarrierWire.TryReadReport(verb, ref words, out var report))
        {
            return false;
        }

        _user.Report(report);
        return true;
    }

    private bool Pong(long number, bool isUp)
    {
        TaskCompletionSource<TrunkHealth>? answer;
        lock (_gate)
        {
            _pings.TryGetValue(number, out answer);
        }

        answer?.TrySetResult(isUp ? new(true) : new(false, "the simulated trunk is down"));
        return true;
    }

    private void FailPings()
    {
        lock (_gate)
        {
            foreach (var ping in _pings.Values)
            {
                ping.TrySetResult(Down());
            }
        }
    }

    // A link may be found broken by whoever writes before the reading side has said why.
    private TrunkHealth Down() => new(false, _evidence.Length > 0 ? _evidence : $"no link to the simulated carrier at {_carrier}: it broke just now");

    private void LinkFailed(string why)
    {
        bool isNews;
        lock (_gate)
        {
            var evidence = $"no link to the simulated carrier at {_carrier}: {why}";
            isNews = evidence != _evidence && !_stop.IsCancellationRequested;
            _evidence = evidence;
        }

        if (isNews)
        {
            LogDown(_log, _carrier, why);
        }
    }
}
