using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P29, P30: calls whose fate is not known after a crash, and the real result that may still arrive.</summary>
public class UnknownTests
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 40, 100)]
    [InlineData(1, 300, 360)]
    [InlineData(30, 40, 1800)]
    [InlineData(2, 60, 120)]
    public void UnansweredCall_SpendsNothing_AndRestsAtLeastUntilThePhoneMustHaveStoppedRinging(int pause, int ring, int seconds)
    {
        var world = new SubscriberWorld(Attempts(1, pause));
        world.Terms = world.Terms with { Channel = world.Terms.Channel with { RingTimeoutSeconds = ring } };
        world.DialWhenDue();
        var step = world.Settle()!;
        Assert.Equal((JobStatus.Waiting, 0), (step.Row.Status, step.Row.AttemptsTotal));
        Assert.Equal((CallClass.Unknown, 0), (step.Try!.Class, step.Try.AttemptNumber));
        Assert.False(step.Release!.GiveBackStart);
        Assert.Equal(TimeSpan.FromSeconds(seconds), world.DialWhenDue());
        Assert.Equal(2, world.Row.TryNumber);
    }

    [Fact]
    public void LoweredPause_DoesNotShortenTheRest()
    {
        var world = new SubscriberWorld(Attempts(1, pause: 30));
        world.DialWhenDue();
        world.Settle();
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(1, pause: 1) } };
        Assert.True(world.DialWhenDue() >= TimeSpan.FromSeconds(100));
    }

    [Fact]
    public void AnsweredCall_SpendsTheAttempt_AndEndsTheJobAsUnknown_ClaimingNoTalk()
    {
        var world = new SubscriberWorld(Attempts(5));
        world.DialWhenDue();
        world.Answer();
        world.Now += TimeSpan.FromMinutes(20);
        var step = world.Settle()!;
        Assert.Equal((JobStatus.Final, JobResult.Unknown, 1), (step.Row.Status, step.Row.Result, step.Row.AttemptsTotal));
        Assert.Equal((TimeSpan.Zero, 1), (step.Try!.Talk, step.Try.AttemptNumber));
        Assert.Equal((1, 0L), (world.Sum.Unknown, world.Sum.TalkMs));
    }

    [Fact]
    public void CallOfALostSilo_IsSettledWhenKnownToBeOver_OrWhenItsLongestTimeHasPassed()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        var longest = TimeSpan.FromSeconds(40 + 600 + 60);
        world.Now = world.Row.TryStartedAt + longest - TimeSpan.FromMilliseconds(1);
        Assert.Null(world.Settle(knownOver: false));
        Assert.NotNull(SubscriberMachine.Settle(world.Context(0), knownOver: true, world.Now));
        world.Now += TimeSpan.FromMilliseconds(1);
        Assert.NotNull(world.Settle(knownOver: false));
        Assert.Null(world.Settle(knownOver: true));
    }

    [Theory]
    [InlineData(CallClass.Answered, JobStatus.Final, JobResult.Reached)]
    [InlineData(CallClass.Busy, JobStatus.Waiting, JobResult.NoAnswer)]
    [InlineData(CallClass.Nonexistent, JobStatus.Final, JobResult.Nonexistent)]
    [InlineData(CallClass.Technical, JobStatus.Backoff, JobResult.None)]
    [InlineData(CallClass.NotPlaced, JobStatus.Waiting, JobResult.None)]
    public void LateRealResult_ReplacesTheUnknown_AsIfItHadComeInTime(CallClass callClass, JobStatus status, JobResult result)
    {
        TimeSpan? talk = callClass == CallClass.Answered ? Talk : null;
        var late = new SubscriberWorld(Attempts(2));
        late.DialWhenDue();
        var inTime = new SubscriberWorld(Attempts(2));
        inTime.DialWhenDue();
        late.Now += Ring;
        late.Settle();
        var step = late.Correct(0, callClass, talk)!;
        inTime.End(callClass, talk: talk);
        Assert.True(step.ReplacesTry);
        Assert.Null(step.Release);
        Assert.Equal((status, result), (step.Row.Status, step.Row.Result));
        Assert.Equal(inTime.Sum, late.Sum);
        Assert.Equal(late.Recount(), late.Sum);
        Assert.Equal(
            (inTime.Row.AttemptsTotal, inTime.Row.Attempts, inTime.Row.AttemptsToPhone, inTime.Row.ErrorStreak, inTime.Row.Flags),
            (late.Row.AttemptsTotal, late.Row.Attempts, late.Row.AttemptsToPhone, late.Row.ErrorStreak, late.Row.Flags));
        Assert.Equal(callClass, Assert.Single(late.Tries).Class);
    }

    [Fact]
    public void LateRealResult_OfAnAnsweredCall_SpendsItsAttemptOnce()
    {
        var world = AnsweredUnknown();
        var step = world.Correct(0, CallClass.Answered, Talk)!;
        Assert.Equal((JobStatus.Final, JobResult.Reached, 1, 1), (step.Row.Status, step.Row.Result, step.Row.AttemptsTotal, step.Row.AttemptsToPhone));
        Assert.Equal((0, 1, 1, 30_000L), (world.Sum.Unknown, world.Sum.Answered, world.Sum.Attempts, world.Sum.TalkMs));
        Assert.Null(world.Correct(0, CallClass.Busy));
    }

    [Theory]
    [InlineData(CallClass.Technical)]
    [InlineData(CallClass.Cancelled)]
    [InlineData(CallClass.NoAnswer)]
    public void LateResult_ThatDoesNotKnowOfTheAnswer_CannotUnspendIt(CallClass callClass)
    {
        var world = AnsweredUnknown();
        Assert.Null(world.Correct(0, callClass));
        Assert.Equal((JobStatus.Final, 1), (world.Row.Status, world.Row.AttemptsTotal));
    }

    [Fact]
    public void LateRealResult_IsDropped_OnceALaterTryBegan()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialWhenDue();
        world.Settle();
        var first = world.Row.Try;
        world.DialWhenDue();
        Assert.Null(world.Correct(0, CallClass.Busy));
        world.End(CallClass.NoAnswer);
        Assert.NotEqual(first, world.Row.Try);
        Assert.Null(world.Correct(0, CallClass.Busy));
    }

    [Fact]
    public void Correction_NeedsARealResult_AndAnUnknownTry()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialWhenDue();
        world.Settle();
        Assert.Null(world.Correct(0, CallClass.Unknown));
        var other = new SubscriberWorld(Attempts(2));
        other.DialAndEnd(CallClass.Busy);
        Assert.Null(other.Correct(0, CallClass.Answered, Talk));
    }

    [Fact]
    public void LateRealResult_OfACancelledCall_KeepsACancelledJobCancelled()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialWhenDue();
        world.Cancel();
        world.Settle();
        Assert.Equal(JobResult.Cancelled, world.Row.Result);
        Assert.Equal(JobResult.Cancelled, world.Correct(0, CallClass.Busy)!.Row.Result);
        Assert.Equal(world.Recount(), world.Sum);
    }

    private static SubscriberWorld AnsweredUnknown()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialWhenDue();
        world.Answer();
        world.Now += Talk;
        world.Settle();
        return world;
    }
}
