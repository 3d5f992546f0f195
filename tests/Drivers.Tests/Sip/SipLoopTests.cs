using System.Diagnostics;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Sip;

/// <summary>The turn that legs live in, before those who bring more than it can do.</summary>
public sealed class SipLoopTests : IDisposable
{
    private const string Call = "1-1@dialer.test";

    private readonly SipLoop loop = new("test", TimeProvider.System, _ => { }, NullLogger.Instance);
    private volatile bool isOver;

    [Fact]
    public async Task FloodOnOneCallId_DoesNotStopTheTimers()
    {
        var party = await new TestParty(loop, Call).JoinAsync();
        var timed = await new TestParty(loop, "2-1@dialer.test", every: 50).JoinAsync();
        var message = TestParty.Message(Call);
        party.OnMessage = _ => Spin(TimeSpan.FromMicroseconds(20));
        var floods = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!isOver)
            {
                loop.Post(message);
            }
        })).ToList();
        floods.ForEach(f => f.Start());
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        isOver = true;
        floods.ForEach(f => f.Join());
        Assert.InRange(timed.Ticks, 10, 60);
    }

    [Fact]
    public async Task OrdersWithoutEnd_HoldNeitherTheTimersNorWhoBringsAMessage()
    {
        var party = await new TestParty(loop, Call).JoinAsync();
        var timed = await new TestParty(loop, "2-1@dialer.test", every: 20).JoinAsync();
        var message = TestParty.Message(Call);
        loop.Post(Again);
        var brought = Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                loop.Post(message);
            }
        });
        await brought.WaitAsync(Until.Limit, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => timed.Ticks >= 5 && party.Received == 1_000, "the timer and the messages");
        isOver = true;

        void Again()
        {
            if (!isOver)
            {
                loop.Post(Again);
            }
        }
    }

    [Fact]
    public async Task MessagesThatWait_AreBounded_AndWhatWasTakenIsDone()
    {
        var party = await new TestParty(loop, Call).JoinAsync();
        var message = SipParser.Parse(TestParty.Request(Call, extra: $"X: {new string('x', 16_000)}\r\n"), out _)!;
        using var isFree = new ManualResetEventSlim();
        loop.Post(isFree.Wait);
        var taken = 0;
        while (loop.Post(message))
        {
            Assert.InRange(++taken, 0, 1_000);
        }

        Assert.InRange(taken, 100, 1_000);
        isFree.Set();
        await Until.TrueAsync(() => party.Received == taken, "what was taken");
        Assert.True(loop.Post(message));
    }

    public void Dispose()
    {
        isOver = true;
        loop.Dispose();
    }

    private static void Spin(TimeSpan time)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time;)
        {
            // as long as a message takes
        }
    }
}
