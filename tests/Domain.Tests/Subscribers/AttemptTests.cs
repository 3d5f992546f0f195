using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P5, P6, P7, P21, P24, P25: how many attempts, how far apart, and what ends a job.</summary>
public class AttemptTests
{
    private static readonly CallPolicy Own = new() { MaxAttempts = 3, RetryMinutes = 7 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    public void InitialNumber_OfAttempts_IsMadeAndNoMore(int initial)
    {
        var world = new SubscriberWorld(Attempts(initial, pause: 1));
        for (var i = 1; i <= initial; i++)
        {
            Assert.Equal(JobStatus.Waiting, world.Row.Status);
            world.DialAndEnd(CallClass.NoAnswer);
            Assert.Equal(i, world.Row.Attempts);
        }

        Assert.Equal((JobStatus.Final, JobResult.NoAnswer), (world.Row.Status, world.Row.Result));
        Assert.Equal(StepRules.AttemptsUsed, world.Tries[^1].Rule);
        Assert.Equal(initial, world.Sum.Attempts);
    }

    [Theory]
    [InlineData(3, 2, 2)]
    [InlineData(2, 3, 2)]
    public void Maximum_CapsTheSeries_WhenItIsBelowTheInitialNumber(int initial, int maximum, int made)
    {
        var world = new SubscriberWorld(Attempts(initial, maximum: maximum));
        while (world.Row.Status != JobStatus.Final)
        {
            world.DialAndEnd(CallClass.Busy);
        }

        Assert.Equal(made, world.Tries.Count);
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Unreachable)]
    public void PlacedCall_SpendsAnAttempt_AndIsRetriedAfterThePause(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(2));
        var step = world.DialAndEnd(callClass);
        Assert.Equal((1, 1, 1), (step.Row.Attempts, step.Row.AttemptsTotal, step.Row.AttemptsToPhone));
        Assert.Equal(1, step.Try!.AttemptNumber);
        Assert.Equal(world.Now + TimeSpan.FromMinutes(30), step.Try.NextAt);
        Assert.False(step.Release!.GiveBackStart);
        Assert.Equal(TimeSpan.FromMinutes(30), world.DialWhenDue());
    }

    [Theory]
    [InlineData(1, 45)]
    [InlineData(2880, 1)]
    public void Pause_CountsFromTheEndOfTheAttempt_NotItsStart(int pause, int seconds)
    {
        var world = new SubscriberWorld(Attempts(2, pause));
        world.DialWhenDue();
        world.End(CallClass.NoAnswer, TimeSpan.FromSeconds(seconds));
        var ended = world.Now;
        world.DialWhenDue();
        Assert.Equal(ended + TimeSpan.FromMinutes(pause), world.Row.TryStartedAt);
    }

    [Fact]
    public void Retry_IsNotDialed_OneMillisecondBeforeItsPauseIsOver()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 1));
        world.DialAndEnd(CallClass.Busy);
        world.Now += TimeSpan.FromMilliseconds(59_999);
        Assert.Equal(new AdmitDecision.NotNow(RefusalCodes.NotDue, world.Now + TimeSpan.FromMilliseconds(1)), world.Admit());
    }

    [Fact]
    public void JobsOwnPolicy_OverridesTheCampaign_AndWhatItDoesNotGiveIsInherited()
    {
        var world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(Own);
        world.DialAndEnd(CallClass.Busy);
        Assert.Equal(TimeSpan.FromMinutes(7), world.DueIn);
        world.DialAndEnd(CallClass.Busy);
        world.DialAndEnd(CallClass.Busy);
        Assert.Equal(JobStatus.Final, world.Row.Status);

        var plain = new SubscriberWorld(Attempts(2, pause: 11), hasJob: false).AddJob(new CallPolicy { DefaultTime = [MinuteRange.WholeDay] });
        plain.DialAndEnd(CallClass.Busy);
        Assert.Equal(TimeSpan.FromMinutes(11), plain.DueIn);
        plain.DialAndEnd(CallClass.Busy);
        Assert.Equal(JobStatus.Final, plain.Row.Status);
    }

    [Fact]
    public void JobsOwnAttempts_MayExceedTheCampaignsMaximum()
    {
        var world = new SubscriberWorld(Attempts(1, maximum: 2), hasJob: false).AddJob(Own);
        while (world.Row.Status != JobStatus.Final)
        {
            world.DialAndEnd(CallClass.Busy);
        }

        Assert.Equal(3, world.Row.AttemptsTotal);
    }

    [Fact]
    public void EditedPause_CountsFromTheLastEnd_AndTouchesNoRow()
    {
        var world = new SubscriberWorld(Attempts(3, pause: 30));
        world.DialAndEnd(CallClass.Busy);
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(3, pause: 10) } };
        Assert.Equal(TimeSpan.FromMinutes(10), world.DialWhenDue());
        world.End(CallClass.Busy);
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(3, pause: 100) } };
        Assert.Equal(TimeSpan.FromMinutes(100), world.DialWhenDue());
    }

    [Theory]
    [InlineData(10, 9_999, true)]
    [InlineData(10, 10_000, false)]
    [InlineData(10, 10_001, false)]
    [InlineData(1, 999, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 0, false)]
    public void AnsweredCall_StrictlyShorterThanTheLimit_IsRetried(int limit, int talkMs, bool isShort)
    {
        var world = new SubscriberWorld(Attempts(2, shorter: limit));
        var step = world.DialAndEnd(CallClass.Answered, TimeSpan.FromMilliseconds(talkMs));
        Assert.Equal(1, step.Row.Attempts);
        Assert.Equal(isShort ? (JobStatus.Waiting, JobResult.AnsweredShort) : (JobStatus.Final, JobResult.Reached), (step.Row.Status, step.Row.Result));
        Assert.Equal(isShort ? StepRules.ShortCall : StepRules.Reached, step.Try!.Rule);
        Assert.Equal(talkMs, world.Sum.TalkMs);
    }

    [Fact]
    public void ShortCall_OnTheLastAttempt_EndsAsAnsweredShort()
    {
        var world = new SubscriberWorld(Attempts(1, shorter: 10));
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(3));
        Assert.Equal((JobStatus.Final, JobResult.AnsweredShort), (world.Row.Status, world.Row.Result));
        Assert.Equal((1, 0), (world.Sum.NotAnswered, world.Sum.Answered));
    }

    [Fact]
    public void ReachedCall_EndsTheJob_WhateverAttemptsAreLeft_AndSaysWhetherTheBotGaveAResult()
    {
        var world = new SubscriberWorld(Attempts(5));
        world.DialAndEnd(CallClass.Busy);
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(30), new BotReply { CallResult = "CALLBACK_REQUEST" });
        Assert.Equal((JobStatus.Final, JobResult.ReachedWithResult), (world.Row.Status, world.Row.Result));
        Assert.Equal(world.Now, world.Row.FinishedAt);
        Assert.Equal("CALLBACK_REQUEST", world.Tries[^1].CallResult);
        Assert.Equal(UnixTime.None, world.Tries[^1].NextAt);
        Assert.IsType<AdmitDecision.Stale>(world.Admit());
    }

    [Fact]
    public void StoredAnswer_MeasuresTheTalk_WhenTheEndDoesNotTellIt()
    {
        var world = new SubscriberWorld(Attempts(2, shorter: 10));
        world.DialWhenDue();
        world.Now += TimeSpan.FromSeconds(5);
        world.Answer();
        var step = world.End(CallClass.Answered, TimeSpan.FromSeconds(11));
        Assert.Equal(JobResult.Reached, step.Row.Result);
        Assert.Equal(11_000, world.Sum.TalkMs);
        Assert.Equal(TimeSpan.FromSeconds(11), step.Try!.Talk);
    }

    [Fact]
    public void NonexistentNumber_EndsAtOnce_TheAttemptSpent()
    {
        var world = new SubscriberWorld(Attempts(9));
        world.DialAndEnd(CallClass.Nonexistent);
        Assert.Equal((JobStatus.Final, JobResult.Nonexistent, 1), (world.Row.Status, world.Row.Result, world.Row.AttemptsTotal));
        Assert.Equal(1, world.Sum.Nonexistent);
    }

    [Fact]
    public void CallThatNeverLeft_SpendsNothing_AndItsNumberIsUsedUp()
    {
        var world = new SubscriberWorld(Attempts(1));
        var before = world.Row;
        world.DialWhenDue();
        var step = world.End(CallClass.NotPlaced);
        Assert.Equal((0, 0, 1), (step.Row.Attempts, step.Row.ErrorStreak, step.Row.TryNumber));
        Assert.Equal((before.NotBefore, before.Lane), (step.Row.NotBefore, step.Row.Lane));
        Assert.True(step.Release!.GiveBackStart);
        Assert.Equal(0, world.Sum.Tries);
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue());
        Assert.Equal(2, world.Row.TryNumber);
    }

    [Fact]
    public void StoppedCall_SpendsNothing_AndWaitsForThePause()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        var step = world.End(CallClass.Cancelled);
        Assert.Equal((JobStatus.Waiting, 0), (step.Row.Status, step.Row.Attempts));
        Assert.False(step.Release!.GiveBackStart);
        Assert.Equal(TimeSpan.FromMinutes(30), world.DueIn);
    }

    [Fact]
    public void Retry_OutsideTheWindow_MovesToTheNextOpening()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 120));
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { CallingWindows = WeeklyHours.Default } };
        world.Now = TestTerms.At("2026-07-10T17:30:00+03:00");
        var step = world.DialAndEnd(CallClass.Busy);
        Assert.Equal(TestTerms.At("2026-07-13T09:00:00+03:00"), step.Try!.NextAt);
        world.DialWhenDue();
        Assert.Equal(TestTerms.At("2026-07-13T09:00:00+03:00"), world.Row.TryStartedAt);
    }

    [Fact]
    public void OutcomeOfAnotherTry_IsABrokenInvariant()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        var ended = new CallEnded
        {
            Try = new TryId(world.Row.Id, 2),
            Campaign = world.Row.Campaign,
            Phone = Phone,
            Seq = 1,
            At = world.Now,
            Class = CallClass.Busy,
        };
        Assert.Throws<InvalidOperationException>(() => SubscriberMachine.Ended(world.Context(0), ended, world.Now, isChannelDown: false));
    }
}
