using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Sip;

namespace Dialer.Benchmarks;

/// <summary>
/// The bare driver in a process of its own, so that the harness does not count. Takes orders line by line:
/// <c>burst PORT RATE CALLS</c> and <c>hold PORT CALLS SECONDS</c>.
/// </summary>
internal static class SipBurst
{
    public const string Child = "sip-child";
    private const int Second = 1_000;
    private static readonly ManualResetEvent Never = new(false);
    private static int lastJob;

    public static async Task ChildAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = line.Split(' ');
            var numbers = order[1..].Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            await (order[0] == "burst" ? BurstAsync(numbers[0], numbers[1], numbers[2]) : HoldAsync(numbers[0], numbers[1], numbers[2]));
        }
    }

    /// <summary>Calls at a rate, each hung up as soon as it is answered.</summary>
    private static async Task BurstAsync(int port, int rate, int calls)
    {
        var sink = new Sink { HangsUp = true };
        await using var side = new SipSide(new IPEndPoint(IPAddress.Loopback, port), sink, t => t with { AnswersOptions = false });
        sink.Driver = side.Driver;
        await side.Driver.LineAsync(CancellationToken.None);
        var (cpu, bytes, began) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), TimeProvider.System.GetTimestamp());
        await DialAsync(side.Driver, rate, calls);
        sink.WaitForEnds(calls);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var (used, allocated) = (Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - bytes);
        Say($"result {sink.Good} {seconds:0.000} {used.TotalMicroseconds / calls:0.00} {(double)allocated / calls:0}");
    }

    /// <summary>Many calls up at once for a while; memory is told each ten seconds after that they are all up.</summary>
    private static async Task HoldAsync(int port, int calls, int seconds)
    {
        var sink = new Sink();
        await using var side = new SipSide(new IPEndPoint(IPAddress.Loopback, port), sink, t => t with { AnswersOptions = false });
        await side.Driver.LineAsync(CancellationToken.None);
        await DialAsync(side.Driver, Second, calls);
        for (var second = 0; second <= seconds; second += 10)
        {
            GC.Collect();
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            Say($"sample {second} {self.WorkingSet64 / 1048576.0:0.0} {GC.GetTotalMemory(false) / 1048576.0:0.00} {side.Driver.List().Count(c => c.IsAnswered)}");
            await Task.Delay(10 * Second);
        }

        foreach (var id in sink.Up)
        {
            await side.Driver.HangUpAsync(id, HangUpReason.Stop, CancellationToken.None);
        }

        sink.WaitForEnds(calls);
        Say($"result {sink.Good}");
    }

    private static async Task DialAsync(SipCallDriver driver, int rate, int calls)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var dialed = 0; dialed < calls;)
        {
            for (var due = Math.Min(calls, TimeProvider.System.GetElapsedTime(began).TotalSeconds * rate); dialed < due; dialed++)
            {
                var id = new TryId(new JobId(++lastJob), 1);
                var command = new DialCommand(
                    id, new CampaignId(1), new PhoneNumber(79_020_000_000 + lastJob), TimeSpan.FromSeconds(60), TimeSpan.FromHours(1), Scenario.None);
                var admission = await driver.DialAsync(command, CancellationToken.None);
                if (!admission.IsAccepted)
                {
                    throw new InvalidOperationException($"the driver refused a call: {admission.Refusal}");
                }
            }

            Rest();
        }
    }

    /// <summary>Ten milliseconds on this thread: timers and pool threads of the harness would cost a fifth of what is measured.</summary>
    private static void Rest() => Never.WaitOne(10);

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed class Sink : ICallEventSink
    {
        private readonly ConcurrentDictionary<TryId, byte> up = new();
        private int ends;
        private int good;

        public bool HangsUp { get; init; }

        public SipCallDriver? Driver { get; set; }

        /// <summary>Calls that were answered and hung up properly.</summary>
        public int Good => Volatile.Read(ref good);

        public IEnumerable<TryId> Up => up.Keys;

        public void Post(CallEvent callEvent)
        {
            if (callEvent is CallAnswered)
            {
                if (HangsUp)
                {
                    _ = Driver!.HangUpAsync(callEvent.Try, HangUpReason.Stop, CancellationToken.None).AsTask();
                }
                else
                {
                    up.TryAdd(callEvent.Try, 0);
                }
            }
            else if (callEvent is CallEnded ended)
            {
                if (ended is { Class: CallClass.Answered, Cause.SipCode: 200, Cause.Text: null })
                {
                    Interlocked.Increment(ref good);
                }

                Interlocked.Increment(ref ends);
            }
        }

        /// <summary>A call that never ends is lost: then this gives up after a minute and the count tells.</summary>
        public void WaitForEnds(int calls)
        {
            for (var i = 0; i < 6_000 && Volatile.Read(ref ends) < calls; i++)
            {
                Rest();
            }
        }
    }
}
