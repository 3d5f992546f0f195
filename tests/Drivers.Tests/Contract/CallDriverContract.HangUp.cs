using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Tests.Contract;

/// <summary>Hanging up, disposing, and the calls that a lost driver leaves behind.</summary>
public abstract partial class CallDriverContract
{
    [Fact]
    public async Task HangUpWhileRinging_EndsItAsCancelledByOurselves()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.RingsForEver());
        await farm.Events.RingingAsync(id, "the phone rings");
        Assert.True(await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel));
        await AssertCancelledAsync(farm, id);
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task HangUpRightAfterTheDial_EndsItAsCancelledByOurselves()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.RingsForEver());
        Assert.True(await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel));
        await AssertCancelledAsync(farm, id);
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task HangUpInACall_KeepsTheAnswer()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.Answers(Soon, hangsUpAfter: null));
        var answered = await farm.Events.AnsweredAsync(id, "the callee answers");
        Assert.True(await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel));
        var ended = await farm.Events.EndedAsync(id, "after our hang-up");
        Assert.Equal((CallClass.Answered, EndedBy.Ourselves, answered.At), (ended.Class, ended.By, ended.AnsweredAt));
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task HangUpTwice_EndsOnce()
    {
        await using var farm = await OpenAsync();
        var id = await DialAsync(farm, farm.RingsForEver());
        await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel);
        await farm.Driver.HangUpAsync(id, HangUpReason.Bot, Cancel);
        await AssertCancelledAsync(farm, id);
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task HangUpOfUnknownOrEndedCall_SucceedsAndSaysThatThereIsNone()
    {
        await using var farm = await OpenAsync();
        Assert.False(await farm.Driver.HangUpAsync(NextTry(), HangUpReason.Stop, Cancel));
        var id = await DialAsync(farm, farm.IsBusy());
        await farm.Events.EndedAsync(id, "busy");
        Assert.False(await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel));
        await CloseAsync(farm, calls: 1);
    }

    [Fact]
    public async Task HangUpRacingTheAnswer_NoAnswerIsToldWithoutTheEnd()
    {
        const int Calls = 200;
        await using var farm = await OpenAsync();
        var ids = new List<TryId>();
        for (var i = 0; i < Calls; i++)
        {
            ids.Add(await DialAsync(farm, farm.Answers(TimeSpan.FromMilliseconds(i % 10), hangsUpAfter: null)));
        }

        foreach (var id in ids)
        {
            await farm.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel);
        }

        await farm.Events.EndsAsync(Calls, "all hung up");
        foreach (var ended in ids.Select(id => Assert.IsType<CallEnded>(farm.Events.Of(id)[^1])))
        {
            Assert.Equal(ended.AnsweredAt.IsNone ? CallClass.Cancelled : CallClass.Answered, ended.Class);
            Assert.Equal(EndedBy.Ourselves, ended.By);
        }

        await CloseAsync(farm, Calls);
    }

    [Fact]
    public async Task Dispose_EndsEveryCallAndRefusesAfterwards()
    {
        await using var farm = await OpenAsync();
        var talking = await DialAsync(farm, farm.Answers(Soon, hangsUpAfter: null));
        await farm.Events.AnsweredAsync(talking, "the callee answers");
        var ringing = await DialAsync(farm, farm.RingsForEver());
        await farm.Events.RingingAsync(ringing, "the phone rings");
        var dialed = await DialAsync(farm, farm.RingsForEver());

        await farm.Driver.DisposeAsync();
        Assert.Equal(CallClass.Answered, Assert.IsType<CallEnded>(farm.Events.Of(talking)[^1]).Class);
        Assert.Equal(CallClass.Cancelled, Assert.IsType<CallEnded>(farm.Events.Of(ringing)[^1]).Class);
        Assert.Equal(CallClass.Cancelled, Assert.IsType<CallEnded>(farm.Events.Of(dialed)[^1]).Class);
        Assert.Empty(farm.Driver.List());

        var late = NextTry();
        Assert.False((await farm.Driver.DialAsync(Command(late, farm.IsBusy()), Cancel)).IsAccepted);
        Assert.False(await farm.Driver.HangUpAsync(ringing, HangUpReason.Stop, Cancel));
        await farm.Driver.DisposeAsync();
        Assert.Empty(farm.Events.Of(late));
        await CloseAsync(farm, calls: 3);
    }

    [Fact]
    public async Task OrphansOfALostDriver_AreOverWhenTheyWereEnded()
    {
        await using var farm = await OpenAsync();
        // what a silo stores before the first call leaves
        var line = await farm.Driver.LineAsync(Cancel);
        Assert.NotNull(line);
        var talkingTo = farm.Answers(Soon, hangsUpAfter: null);
        var talking = await DialAsync(farm, talkingTo);
        var answered = await farm.Events.AnsweredAsync(talking, "the callee answers");
        var ringingAt = farm.RingsForEver();
        var ringing = await DialAsync(farm, ringingAt);
        var rang = await farm.Events.RingingAsync(ringing, "the phone rings");
        var busyAt = farm.IsBusy();
        var over = await DialAsync(farm, busyAt);
        await farm.Events.EndedAsync(over, "busy");

        var successor = await farm.LoseDriverAsync();
        Assert.Equal(OrphanResult.Over, await successor.EndOrphanAsync(new(talking, talkingTo, rang.At, answered.At, answered.Leg), Cancel));
        Assert.Equal(OrphanResult.Over, await successor.EndOrphanAsync(new(ringing, ringingAt, rang.At, UnixTime.None, null, line), Cancel));
        Assert.Equal(OrphanResult.Over, await successor.EndOrphanAsync(new(over, busyAt, rang.At, UnixTime.None, null, line), Cancel));
        Assert.Equal(OrphanResult.Over, await successor.EndOrphanAsync(new(NextTry(), busyAt, rang.At, UnixTime.None, null, line), Cancel));
        Assert.Empty(successor.List());

        // the successor works on the same trunk, and no end of the lost calls is told to anybody
        await farm.Events.EndedAsync(await DialAsync(farm, farm.IsBusy()), "a call of the successor");
        await CloseAsync(farm, calls: 2);
    }

    private static async Task AssertCancelledAsync(IDriverFarm farm, TryId id)
    {
        var ended = await farm.Events.EndedAsync(id, "after our hang-up");
        Assert.Equal((CallClass.Cancelled, EndedBy.Ourselves), (ended.Class, ended.By));
        Assert.True(ended.AnsweredAt.IsNone);
        Assert.Empty(farm.Events.Of(id).OfType<CallAnswered>());
    }
}
