using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>P30: what other silos know of this one covers every call of it that may ring, wherever DNS has moved the trunk.</summary>
public sealed class LineBookTests : IAsyncDisposable
{
    private static readonly ChannelId Channel = new(7);

    private readonly SteppedClock clock = new();
    private readonly Shelf shelf = new();
    private readonly Trunk trunk = new();
    private readonly LineBook book;

    public LineBookTests() => book = new LineBook(shelf, new Self(), clock);

    [Fact]
    public async Task LineIsStoredOnce_AndEarlierOnesStayWhileTheirCallsMayRing_P30()
    {
        Assert.Equal(new LineAnswer("a"), await TellAsync("a"));
        Assert.Equal(new LineAnswer("a"), await TellAsync("a"));
        Assert.Equal(["a"], shelf.Written);

        clock.Forward(TimeSpan.FromSeconds(100));
        Assert.Equal(new LineAnswer("a"), await TellAsync("a"));
        clock.Forward(TimeSpan.FromSeconds(300));
        Assert.Equal(new LineAnswer("b"), await TellAsync("b"));
        Assert.Equal("a\nb", shelf.Written[^1]);

        // back and forth: nothing new is to be stored
        Assert.Equal(new LineAnswer("a"), await TellAsync("a"));
        Assert.Equal(new LineAnswer("b"), await TellAsync("b"));
        Assert.Equal(2, shelf.Written.Count);

        clock.Forward(LineBook.Kept + TimeSpan.FromSeconds(1));
        await TellAsync("b");
        Assert.Equal("b", shelf.Written[^1]);
    }

    [Fact]
    public async Task OfTwoThatOverlap_NeitherIsLost_P30()
    {
        shelf.Gate = new TaskCompletionSource();
        var first = TellAsync("a");
        var second = TellAsync("b");
        shelf.Gate.SetResult();
        Assert.Equal((new LineAnswer("a"), new LineAnswer("b")), (await first, await second));
        Assert.Equal("a\nb", shelf.Written[^1]);
        Assert.Equal(1, shelf.MostAtOnce);
    }

    [Fact]
    public async Task WriteThatFails_LetsNothingLeave_AndIsMadeAgain_P30()
    {
        shelf.IsAway = true;
        Assert.NotNull((await TellAsync("a")).Refusal);
        shelf.IsAway = false;
        Assert.Equal(new LineAnswer("a"), await TellAsync("a"));
        Assert.Equal(["a"], shelf.Written);
    }

    [Fact]
    public async Task LineThatIsNotKnown_LetsNothingLeave_AndAnEmptyOneIsNotStored_P30()
    {
        Assert.NotNull((await TellAsync(null)).Refusal);
        Assert.Equal(new LineAnswer(""), await TellAsync(""));
        Assert.Empty(shelf.Written);
    }

    public ValueTask DisposeAsync() => trunk.DisposeAsync();

    private Task<LineAnswer> TellAsync(string? line)
    {
        trunk.Line = line;
        return book.TellAsync(Channel, trunk).AsTask();
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long now;

        public void Forward(TimeSpan by) => now += by.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;
    }

    private sealed class Self : ISiloIdentity
    {
        public int Number => 3;

        public string Address => "here";
    }

    private sealed class Trunk : ICallDriver
    {
        public string? Line { get; set; }

        public ValueTask<string?> LineAsync(CancellationToken cancel) => ValueTask.FromResult(Line);

        public ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<bool> HangUpAsync(TryId id, HangUpReason why, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel) => throw new NotSupportedException();

        public IReadOnlyList<LiveCall> List() => [];

        public ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Shelf : ISiloStore
    {
        private int writing;

        public List<string> Written { get; } = [];

        public TaskCompletionSource? Gate { get; set; }

        public bool IsAway { get; set; }

        public int MostAtOnce { get; private set; }

        public async Task TellLineAsync(int silo, ChannelId channel, string line)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref writing));
            if (Gate is { } gate)
            {
                await gate.Task;
            }

            Interlocked.Decrement(ref writing);
            if (IsAway)
            {
                throw new TimeoutException();
            }

            Written.Add(line);
        }

        public Task<int> RegisterAsync(string address, UnixTime now) => throw new NotSupportedException();

        public Task SeenAsync(int silo, string address, UnixTime now) => throw new NotSupportedException();

        public Task<IReadOnlyList<SiloRow>> ListAsync() => throw new NotSupportedException();

        public Task<IReadOnlyList<JobRow>> ReadLiveOfAsync(IReadOnlyCollection<int> silos, JobId after, int limit) => throw new NotSupportedException();

        public Task<byte[]?> ReadLegAsync(TryId id) => throw new NotSupportedException();

        public Task<string?> ReadLineAsync(int silo, ChannelId channel) => throw new NotSupportedException();

        public Task ForgetAsync(IReadOnlyCollection<int> silos) => throw new NotSupportedException();
    }
}
