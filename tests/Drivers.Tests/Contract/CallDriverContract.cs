using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;

namespace Dialer.Tests.Contract;

/// <summary>What every driver promises (<see cref="ICallDriver"/>): one suite, run for each of them.</summary>
public abstract partial class CallDriverContract
{
    protected static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private int _lastJob;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnsweredCall_IsToldInOrderAndEndsOnce()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.Answers(Soon, hangsUpAfter: Soon));
        var ended = await farm.Events.EndedAsync(id, "after the callee hung up");
        var answered = Assert.Single(farm.Events.Of(id).OfType<CallAnswered>());
        Assert.Equal(CallClass.Answered, ended.Class);
        Assert.Equal(EndedBy.Callee, ended.By);
        Assert.Equal(answered.At, ended.AnsweredAt);
        Assert.False(ended.IsChannelClass);
        await CloseAsync(farm, calls: 1);
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.Nonexistent)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Technical)]
    public async Task CallThatReachesNobody_EndsOnceWithItsClass(CallClass expected)
    {
        await using var farm = await OpenAsync();
        var phone = expected switch
        {
            CallClass.Busy => farm.IsBusy(),
            CallClass.Rejected => farm.Rejects(),
            CallClass.Nonexistent => farm.DoesNotExist(),
            CallClass.NoAnswer => farm.IsGivenUp(),
            _ => farm.FailsTechnically(),
        };
        var id = await DialAsync(farm, phone);
        var ended = await farm.Events.EndedAsync(id, "after the refusal");
        Assert.Equal(expected, ended.Class);
        Assert.NotEqual(EndedBy.Ourselves, ended.By);
        Assert.True(ended.AnsweredAt.IsNone);
        Assert.NotEqual(0, ended.Cause.SipCode);
        Assert.Empty(farm.Events.Of(id).OfType<CallAnswered>());
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task RingLimit_EndsTheCallAsNoAnswerByOurselves()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.RingsForEver(), ringLimit: Limit);
        var ended = await farm.Events.EndedAsync(id, "after the ring limit");
        Assert.Equal((CallClass.NoAnswer, EndedBy.Ourselves), (ended.Class, ended.By));
        Assert.Empty(farm.Events.Of(id).OfType<CallAnswered>());
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task LongestTalk_EndsTheCallByOurselvesAndKeepsTheAnswer()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.Answers(Soon, hangsUpAfter: null), maxTalk: Limit);
        var ended = await farm.Events.EndedAsync(id, "after the longest talk");
        Assert.Equal((CallClass.Answered, EndedBy.Ourselves), (ended.Class, ended.By));
        Assert.True(ended.At - ended.AnsweredAt >= Limit - Soon, $"talked for {ended.At - ended.AnsweredAt}");
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task SameTryTwice_IsOneCallWithOneEnd()
    {
        await using var farm = await OpenAsync();
        var phone = farm.Answers(Soon, hangsUpAfter: null);
        var id = NextTry();
        Assert.True((await farm.Driver.DialAsync(Command(id, phone), Cancel)).IsAccepted);
        await farm.Driver.DialAsync(Command(id, phone), Cancel);
        Assert.Single(farm.Driver.List());
        await farm.Events.AnsweredAsync(id, "the callee answers");
        await farm.Driver.DialAsync(Command(id, phone), Cancel);
        Assert.Single(farm.Driver.List());
        await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel);
        await farm.Events.EndedAsync(id, "after our hang-up");
        Assert.False((await farm.Driver.DialAsync(Command(id, phone), Cancel)).IsAccepted, "a try that is over was taken again");
        Assert.Empty(farm.Driver.List());
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task List_IsRightAtEachPhase()
    {
        await using var farm = await OpenAsync();
        var phone = farm.Answers(Limit, hangsUpAfter: null);
        Assert.Empty(farm.Driver.List());
        var id = await DialAsync(farm, phone);
        var ringing = Assert.Single(farm.Driver.List());
        Assert.Equal((id, phone, new CampaignId(7)), (ringing.Id, ringing.To, ringing.Campaign));
        Assert.False(ringing.IsAnswered);
        await farm.Events.AnsweredAsync(id, "the callee answers");
        Assert.True(Assert.Single(farm.Driver.List()).IsAnswered);
        await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel);
        await farm.Events.EndedAsync(id, "after our hang-up");
        Assert.Empty(farm.Driver.List());
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task Events_ComeWhenTheListIsRight_AndNotFromInsideADial()
    {
        await using var farm = await OpenAsync();
        using var isDialing = new ThreadLocal<bool>();
        var faults = new List<string>();
        farm.Events.OnPost = e =>
        {
            var listed = farm.Driver.List().Where(c => c.Id == e.Try).ToArray();
            var isRight = e switch
            {
                CallEnded => listed.Length == 0,
                CallAnswered => listed is [{ IsAnswered: true }],
                _ => listed.Length == 1,
            };
            lock (faults)
            {
                faults.AddRange(isRight ? [] : [$"{e} while the list said {string.Join(", ", listed)}"]);
                faults.AddRange(isDialing.Value ? [$"{e} from inside a dial"] : []);
            }
        };
        for (var i = 0; i < 20; i++)
        {
            var phone = i % 2 == 0 ? farm.Answers(TimeSpan.Zero, hangsUpAfter: TimeSpan.Zero) : farm.IsBusy();
            isDialing.Value = true;
            var dial = farm.Driver.DialAsync(Command(NextTry(), phone), Cancel);
            isDialing.Value = false;
            await dial;
        }

        await farm.Events.EndsAsync(20, "short calls");
        Assert.Empty(faults);
        await CloseAsync(farm, calls: 20);
    }

    [Fact]
    public async Task TwoThousandCallsAtOnce_AllEndExactlyOnceWithTheirClass()
    {
        const int Calls = 2000;
        await using var farm = await OpenAsync();
        var expected = new Dictionary<TryId, CallClass>();
        for (var i = 0; i < Calls; i++)
        {
            var (phone, callClass) = (i % 8) switch
            {
                0 => (farm.IsBusy(), CallClass.Busy),
                1 => (farm.Rejects(), CallClass.Rejected),
                2 => (farm.DoesNotExist(), CallClass.Nonexistent),
                3 => (farm.FailsTechnically(), CallClass.Technical),
                4 => (farm.RingsForEver(), CallClass.NoAnswer),
                _ => (farm.Answers(Soon, hangsUpAfter: Limit), CallClass.Answered),
            };
            expected.Add(await DialAsync(farm, phone, ringLimit: TimeSpan.FromSeconds(2)), callClass);
        }

        await farm.Events.EndsAsync(Calls, "2,000 calls at once");
        foreach (var (id, callClass) in expected)
        {
            Assert.Equal(callClass, Assert.IsType<CallEnded>(farm.Events.Of(id)[^1]).Class);
        }

        Assert.Empty(farm.Driver.List());
        await CloseAsync(farm, Calls);
    }

    [Fact]
    public async Task Probe_FindsALivingTrunk()
    {
        await using var farm = await OpenAsync();
        var health = await farm.Driver.ProbeAsync(Cancel);
        Assert.True(health.IsUp, health.Evidence);
    }

    protected static DialCommand Command(TryId id, PhoneNumber phone, TimeSpan? ringLimit = null, TimeSpan? maxTalk = null) =>
        new(id, new CampaignId(7), phone, ringLimit ?? Long, maxTalk ?? Long, Scenario.None);

    protected abstract Task<IDriverFarm> OpenAsync();

    protected TryId NextTry() => new(new JobId(1000 + Interlocked.Increment(ref _lastJob)), 1);

    protected async Task<TryId> DialAsync(IDriverFarm farm, PhoneNumber phone, TimeSpan? ringLimit = null, TimeSpan? maxTalk = null)
    {
        var id = NextTry();
        var admission = await farm.Driver.DialAsync(Command(id, phone, ringLimit, maxTalk), Cancel);
        Assert.True(admission.IsAccepted, admission.Refusal);
        return id;
    }

    /// <summary>Disposes the driver: whatever was still to come has come after it, so the laws can be judged.</summary>
    protected static async Task CloseAsync(IDriverFarm farm, int calls)
    {
        await farm.Driver.DisposeAsync();
        Assert.Equal(calls, farm.Events.Ends);
        farm.Events.CheckLaws();
    }
}
