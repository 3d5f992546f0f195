using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Simulated;

/// <summary>
/// Calls that neither ring nor talk, as fast as they go, from one thread: the figures stand in the test's output. The floors
/// asserted are a tenth of what a quiet machine does, so that a busy one does not fail and a quadratic step does.
/// </summary>
[Collection(nameof(ThroughputTests))]
[CollectionDefinition(nameof(ThroughputTests), DisableParallelization = true)]
public sealed class ThroughputTests
{
    private const int InFlight = 2000;

    [Fact]
    public async Task InProcess_ZeroCalls()
    {
        await using var carrier = new Carrier();
        await using var driver = Create(new SimulatedSettings(), carrier, out var sink);
        await MeasureAsync("in process", driver, sink, calls: 300_000, floor: 10_000);
        Assert.Equal(300_000 + 20_000, carrier.Tally.Received);
    }

    [Fact]
    public async Task InProcessWithLedger_ZeroCalls()
    {
        var ledger = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (var driver = Create(new SimulatedSettings { Ledger = ledger }, shared: null, out var sink))
        {
            await MeasureAsync("in process, with a ledger", driver, sink, calls: 100_000, floor: 2_000);
        }

        Assert.Equal(2 * 120_000, File.ReadLines(ledger).Count());
        File.Delete(ledger);
    }

    [Fact]
    public async Task OverTcp_ZeroCalls()
    {
        await using var carrier = new Carrier();
        await using var server = CarrierServer.Start(carrier, new IPEndPoint(IPAddress.Loopback, 0));
        await using var driver = Create(new SimulatedSettings { Endpoint = server.EndPoint.ToString() }, shared: null, out var sink);
        await MeasureAsync("over TCP", driver, sink, calls: 100_000, floor: 1_000);
    }

    [Fact]
    public async Task InProcess_TenThousandLiveCalls_KeepTheirTimes()
    {
        const int Calls = 20_000;
        await using var driver = Create(new SimulatedSettings(), shared: null, out var sink, new(0.2, 0.5), new(0.2, 0.5));
        var begun = Stopwatch.StartNew();
        for (var i = 1; i <= Calls; i++)
        {
            await driver.DialAsync(Command(i), TestContext.Current.CancellationToken);
        }

        var live = driver.List().Count;
        await sink.ReachAsync(Calls);
        Say($"{Calls} calls of 0.4–1 s: {live} live after the dials, all over after {begun.ElapsedMilliseconds} ms, latest report {sink.LatestMs} ms late");
        Assert.Empty(driver.List());
    }

    private static async Task MeasureAsync(string what, ICallDriver driver, CountingSink sink, int calls, int floor)
    {
        const int WarmUp = 20_000;
        await RunAsync(driver, sink, 1, WarmUp);
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var begun = Stopwatch.StartNew();
        await RunAsync(driver, sink, WarmUp + 1, calls);
        begun.Stop();
        var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Assert.Equal(WarmUp + calls, sink.Answers);
        var rate = calls / begun.Elapsed.TotalSeconds;
        Say($"{what}: {rate:N0} calls/s, {calls / used.TotalSeconds:N0} per core second, {bytes / calls} bytes a call");
        Assert.True(rate >= floor, $"{what}: {rate:N0} calls/s");
    }

    private static async Task RunAsync(ICallDriver driver, CountingSink sink, int first, int calls)
    {
        var done = sink.Ends + calls;
        for (var i = 0; i < calls; i++)
        {
            if (i % InFlight == 0)
            {
                await sink.ReachAsync(done - calls + i - InFlight);
            }

            Assert.True((await driver.DialAsync(Command(first + i), CancellationToken.None)).IsAccepted);
        }

        await sink.ReachAsync(done);
    }

    private static DialCommand Command(int i) => new(
        new TryId(new JobId(i), 1), new CampaignId(1), new PhoneNumber(79_990_000_000 + i), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(600), Scenario.None);

    private static ICallDriver Create(
        SimulatedSettings settings, Carrier? shared, out CountingSink sink, SecondsRange ring = default, SecondsRange talk = default)
    {
        sink = new CountingSink();
        return new SimulatedCallDriverFactory(TimeProvider.System, NullLoggerFactory.Instance, shared).Create(
            new ChannelId(1),
            new ChannelSettings
            {
                Name = "throughput",
                Kind = ChannelKind.Simulated,
                Simulated = settings with { Answer = 1, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0, RingSeconds = ring, TalkSeconds = talk },
            },
            sink);
    }

    private static void Say(FormattableString text) =>
        TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Counts; that is all.</summary>
    private sealed class CountingSink : ICallEventSink
    {
        private readonly Lock _gate = new();
        private int _awaited = int.MaxValue;
        private TaskCompletionSource _reached = new();

        public int Ends { get; private set; }

        public int Answers { get; private set; }

        public long LatestMs { get; private set; }

        public void Post(CallEvent callEvent)
        {
            if (callEvent is CallAnswered)
            {
                Answers++;
            }

            if (callEvent is CallEnded)
            {
                LatestMs = Math.Max(LatestMs, TimeProvider.System.Now().Ms - callEvent.At.Ms);
                lock (_gate)
                {
                    if (++Ends >= _awaited)
                    {
                        _reached.TrySetResult();
                    }
                }
            }
        }

        public Task ReachAsync(int ends)
        {
            lock (_gate)
            {
                if (Ends >= ends)
                {
                    return Task.CompletedTask;
                }

                _awaited = ends;
                _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
            }
        }
    }
}
