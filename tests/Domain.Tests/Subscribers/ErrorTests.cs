using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P8, P42: the backoff of technical errors, and what the ninth costs.</summary>
public class ErrorTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 16)]
    [InlineData(6, 32)]
    [InlineData(7, 64)]
    [InlineData(8, 128)]
    public void Backoff_AfterTheKthErrorInARow_IsTwoToTheKMinusOneMinutes(int streak, int minutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(minutes), ErrorBackoff.After(streak));
        var world = new SubscriberWorld(Attempts(1));
        Errors(world, streak);
        Assert.Equal((JobStatus.Backoff, streak), (world.Row.Status, world.Row.ErrorStreak));
        Assert.Equal(TimeSpan.FromMinutes(minutes), world.DialWhenDue());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Backoff_OfAStreakThatHasNone_IsRefused(int streak)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorBackoff.After(streak));
    }

    [Fact]
    public void Error_SpendsNoAttempt_GivesTheStartBack_AndAsksForAReminder()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        var step = world.End(CallClass.Technical);
        Assert.Equal((0, 0), (step.Row.Attempts, step.Row.AttemptsTotal));
        Assert.Equal(0, step.Try!.AttemptNumber);
        Assert.True(step.Release!.GiveBackStart);
        Assert.Equal(world.Now + TimeSpan.FromMinutes(1), step.RemindAt);
        Assert.Equal(step.RemindAt, step.Row.NotBefore);
        Assert.Equal((1, 0, 1), (world.Sum.TechnicalFailures, world.Sum.Attempts, world.Sum.Backoff));
    }

    [Fact]
    public void NinthError_SpendsOneAttempt_AndTheStreakStartsAnewAfterTheNormalPause()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 45));
        Errors(world, 9);
        Assert.Equal((JobStatus.Waiting, 1, 0), (world.Row.Status, world.Row.Attempts, world.Row.ErrorStreak));
        Assert.Equal(StepRules.ErrorsSpentAttempt, world.Tries[^1].Rule);
        Assert.Equal(1, world.Tries[^1].AttemptNumber);
        Assert.Equal(TimeSpan.FromMinutes(45), world.DialWhenDue());
        world.End(CallClass.Technical);
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue());
    }

    [Fact]
    public void NinthError_OnTheLastAttempt_EndsAsTechnicalError()
    {
        var world = new SubscriberWorld(Attempts(2));
        Errors(world, 18);
        Assert.Equal((JobStatus.Final, JobResult.TechnicalError, 2), (world.Row.Status, world.Row.Result, world.Row.AttemptsTotal));
        Assert.Equal((18, 2, 1), (world.Sum.TechnicalFailures, world.Sum.Attempts, world.Sum.TechnicalError));
    }

    [Fact]
    public void TheWaitsOfOneAttemptsErrors_AddUpTo255Minutes()
    {
        var world = new SubscriberWorld(Attempts(1));
        var waited = TimeSpan.Zero;
        while (world.Row.Status != JobStatus.Final)
        {
            waited += world.DialWhenDue();
            world.End(CallClass.Technical);
        }

        Assert.Equal(TimeSpan.FromMinutes(255), waited);
        Assert.Equal(9, world.Tries.Count);
    }

    [Theory]
    [InlineData(CallClass.Answered)]
    [InlineData(CallClass.BotFailed)]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Unreachable)]
    public void AnyPlacedCall_ResetsTheStreak(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(9, shorter: 10));
        Errors(world, 8);
        world.DialAndEnd(callClass, callClass is CallClass.Answered or CallClass.BotFailed ? TimeSpan.FromSeconds(2) : null);
        Assert.Equal((JobStatus.Waiting, 0), (world.Row.Status, world.Row.ErrorStreak));
        Errors(world, 1);
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue());
    }

    [Theory]
    [InlineData(CallClass.NotPlaced)]
    [InlineData(CallClass.Cancelled)]
    [InlineData(CallClass.Unknown)]
    public void CallThatWasNotPlaced_LeavesTheStreakAsItWas(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(9));
        Errors(world, 3);
        world.DialWhenDue();
        world.End(callClass);
        Assert.Equal(3, world.Row.ErrorStreak);
        Errors(world, 1);
        Assert.Equal(TimeSpan.FromMinutes(8), world.DialWhenDue());
    }

    [Theory]
    [InlineData(CallClass.Technical)]
    [InlineData(CallClass.Nonexistent)]
    [InlineData(CallClass.Cancelled)]
    public void AnsweredCall_IsNeverATechnicalError_WhateverTheDriverSaysOfItsEnd(CallClass told)
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.Answer();
        var step = world.End(told);
        Assert.Equal((JobStatus.Final, JobResult.Reached, 1), (step.Row.Status, step.Row.Result, step.Row.Attempts));
        Assert.Equal(CallClass.Answered, step.Try!.Class);
        Assert.False(step.Release!.GiveBackStart);
        Assert.Equal(0, world.Sum.TechnicalFailures);
    }

    [Fact]
    public void ChannelError_WhileTheChannelIsDown_GrowsNoStreak_AndSpendsNothing()
    {
        var world = new SubscriberWorld(Attempts(1));
        Errors(world, 2);
        world.DialWhenDue();
        var step = world.End(CallClass.Technical, isChannelClass: true, isChannelDown: true);
        Assert.Equal((JobStatus.Waiting, 2, 0), (step.Row.Status, step.Row.ErrorStreak, step.Row.AttemptsTotal));
        Assert.True(step.Release!.GiveBackStart);
        Assert.Equal(StepRules.ChannelDown, step.Try!.Rule);
    }

    [Fact]
    public void NumberWhoseChannelIsDown_IsPutOffByAMinute_SoThatTheNextTrialIsAnothers_P42()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 45));
        world.DialAndEnd(CallClass.Busy);
        world.DialWhenDue();
        var step = world.End(CallClass.Technical, isChannelClass: true, isChannelDown: true);
        Assert.Equal((LaneKind.At, world.Now + TimeSpan.FromMinutes(1)), (Lane.KindOf(step.Row.Lane), step.Row.NotBefore));
        Assert.Equal((1, step.Row.NotBefore), (step.Row.Attempts, step.Try!.NextAt));
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PhoneThatRang_DoesNotGetItsStartBack_WhateverFailedThen_P58(bool isChannelDown)
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        var step = world.End(CallClass.Technical, isChannelClass: true, isChannelDown: isChannelDown, hasRung: true);
        Assert.Equal((CallClass.Technical, false, 0), (step.Try!.Class, step.Release!.GiveBackStart, step.Row.AttemptsTotal));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void OtherError_GrowsTheStreak(bool isChannelClass, bool isChannelDown)
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        Assert.Equal(1, world.End(CallClass.Technical, isChannelClass: isChannelClass, isChannelDown: isChannelDown).Row.ErrorStreak);
    }

    [Fact]
    public void Wake_EarlyLateOrDouble_WakesOnceAndOnlyWhenDue()
    {
        var world = new SubscriberWorld(Attempts(1));
        Errors(world, 1);
        var due = world.Row.NotBefore;
        Assert.Null(SubscriberMachine.Wake(world.Row, due - TimeSpan.FromMilliseconds(1)));
        var late = SubscriberMachine.Wake(world.Row, due + TimeSpan.FromHours(5));
        Assert.Equal((JobStatus.Waiting, due), (late!.Row.Status, late.Row.NotBefore));
        world.Now = due;
        world.Wake();
        Assert.Equal((JobStatus.Waiting, 1), (world.Row.Status, world.Row.ErrorStreak));
        Assert.Null(SubscriberMachine.Wake(world.Row, due));
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue());
        Assert.Null(SubscriberMachine.Wake(world.Row, due));
    }

    internal static void Errors(SubscriberWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            world.DialWhenDue();
            world.End(CallClass.Technical);
        }
    }
}
