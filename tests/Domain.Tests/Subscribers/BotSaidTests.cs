using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P26, P41, P59: what bots say while their calls are up.</summary>
public class BotSaidTests
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(60);

    [Fact]
    public void WhatIsSaidInTheCall_IsInItsRecord_AndNoLongerKeptBesideTheRow()
    {
        var world = Live(Attempts(1));
        Assert.True(world.Say(new BotReply { CallResult = "first", AnsweredBy = AnsweredBy.Human }).Answer.IsTaken);
        world.Say(new BotReply { CallResult = "last", CallTagsJson = """{"t":{}}""", ReportDataJson = """{"k":{"value":1,"order":0}}""", SpeechSeconds = 4 });
        Assert.True(world.Row.Has(JobFlags.BotSpoke));
        var step = world.End(CallClass.Answered, Talk, Talk, new BotReply { ReportDataJson = """{"l":{"value":2,"order":0}}""" });
        Assert.Equal((JobStatus.Final, JobResult.ReachedWithResult), (step.Row.Status, step.Row.Result));
        Assert.Equal(("last", AnsweredBy.Human, 4), (step.Try!.CallResult, step.Try.AnsweredBy, step.Try.SpeechSeconds));
        Assert.Equal("""{"k":{"value":1,"order":0},"l":{"value":2,"order":0}}""", step.Try.ReportDataJson);
        Assert.True(step.ForgetsSaid);
        Assert.False(world.Row.Has(JobFlags.BotSpoke));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void TheSameAgain_ChangesNothing()
    {
        var world = Live(Attempts(1));
        var reply = new BotReply { CallResult = "x", ReportDataJson = """{"k":{"value":1,"order":0}}""", StopCalls = StopCalls.Organisation };
        Assert.NotNull(world.Say(reply).Step);
        Assert.Null(world.Say(reply).Step);
        Assert.Null(world.Say(new BotReply()).Step);
    }

    [Fact]
    public void FirstRedialOfACall_Counts_AndTheAnswerSaysWhatItBrings_P26()
    {
        var world = Live(Attempts(1, maximum: 4));
        Assert.Equal(3, world.Say(RedialTests.Ask(attempts: 5, retry: 5)).Answer.RedialAccepted);
        Assert.Equal(0, world.Say(RedialTests.Ask(attempts: 1)).Answer.RedialAccepted);
        Assert.Equal(3, world.Say(RedialTests.Ask(attempts: 5, retry: 5)).Answer.RedialAccepted);
        Assert.Null(world.Say(new BotReply { CallResult = "x" }).Answer.RedialAccepted);
        var step = world.End(CallClass.Answered, Talk, Talk);
        Assert.Equal((1, StepRules.Redial), (step.Row.Series, step.Try!.Rule));
        Assert.Equal((5, 3, "3 of 5 attempts"), (step.Try.Redial!.Wanted, step.Try.Redial.Accepted, step.Try.Redial.Why));
        Assert.Equal(TimeSpan.FromMinutes(5), world.DueIn);
    }

    [Fact]
    public void Redial_ThatCannotBe_PromisesNothing_AndIsDroppedVisibly_P26()
    {
        var world = Live(Attempts(1, maximum: 1));
        Assert.Equal(0, world.Say(RedialTests.Ask(attempts: 5)).Answer.RedialAccepted);
        var step = world.End(CallClass.Answered, Talk, Talk);
        RedialTests.AssertDropped(world, "maximum of attempts");
        Assert.Equal((1, 0), (step.Try!.Redial!.Wanted > 0 ? 1 : 0, step.Try.Redial.Accepted));
    }

    [Fact]
    public void OptOutEverywhere_TakesEffectAtOnce_AndEndsTheJobWithItsCall_P59()
    {
        var world = Live(Attempts(3));
        var said = world.Say(new BotReply { StopCalls = StopCalls.Organisation, Redial = new Redial { StartAt = Noon } });
        Assert.True(said.Step!.DoNotCall);
        Assert.Equal(world.Now, said.Step.OptOutAt);
        Assert.Equal(0, said.Answer.RedialAccepted);
        // what ends the phone's jobs everywhere comes by this one too
        world.Cancel(reason: EndReason.DoNotCall);
        var step = world.End(CallClass.NoAnswer);
        Assert.Equal((JobStatus.Final, JobResult.NoAnswer, EndReason.StopCalls), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        RedialTests.AssertDropped(world, "the callee opted out");
    }

    [Fact]
    public void OptOutOfTheJob_EndsItWithItsCall_P59()
    {
        var world = Live(Attempts(3));
        Assert.False(world.Say(new BotReply { StopCalls = StopCalls.Job }).Step!.DoNotCall);
        var step = world.End(CallClass.Busy);
        Assert.Equal((JobStatus.Final, EndReason.StopCalls, false), (step.Row.Status, step.Row.EndReason, step.DoNotCall));
    }

    [Theory]
    [InlineData(false, JobResult.NotDone)]
    [InlineData(true, JobResult.Unknown)]
    public void OptOut_HoldsWhenTheCallsEndIsNotKnown_P59(bool isAnswered, JobResult result)
    {
        var world = Live(Attempts(3));
        world.Say(new BotReply { StopCalls = StopCalls.Organisation });
        if (isAnswered)
        {
            world.Answer();
        }

        var step = world.Settle()!;
        Assert.Equal((JobStatus.Final, result, EndReason.StopCalls), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        Assert.True(step.DoNotCall);
    }

    [Fact]
    public void WhatWasSaidInACallWhoseEndIsNotKnown_IsKeptForTheRealResult_P29_P26()
    {
        var world = Live(Attempts(3));
        world.Say(new BotReply { CallResult = "x", SpeechSeconds = 5, Redial = new Redial { Policy = new CallPolicy { MaxAttempts = 2 } } });
        var settled = world.Settle()!;
        Assert.Equal(("x", 0, "the call's end is not known"), (settled.Try!.CallResult, settled.Try.Redial!.Accepted, settled.Try.Redial.Why));
        Assert.True(world.Row.Has(JobFlags.BotSpoke));
        world.Amend(new BotReply { AnsweredBy = AnsweredBy.Human });
        Assert.Equal(1, world.Sum.RedialsDropped);

        var corrected = world.Correct(0, CallClass.Answered, Talk)!;
        Assert.Equal((1, "x", AnsweredBy.Human, 2), (corrected.Row.Series, corrected.Try!.CallResult, corrected.Try.AnsweredBy, corrected.Try.Redial!.Accepted));
        Assert.Equal(0, world.Sum.RedialsDropped);
        Assert.Equal(5, world.Sum.SpeechSeconds);
        Assert.False(world.Row.Has(JobFlags.BotSpoke));
    }

    [Fact]
    public void NextCall_BeginsWithNothingSaid()
    {
        var world = Live(Attempts(3, pause: 1));
        world.Say(new BotReply { CallResult = "x" });
        world.Settle();
        world.DialWhenDue();
        Assert.False(world.Row.Has(JobFlags.BotSpoke));
        Assert.Null(world.End(CallClass.Busy).Try!.CallResult);
    }

    [Fact]
    public void Redial_InACallThatIsStopped_IsDroppedVisibly_P26()
    {
        var world = Live(Attempts(3));
        world.Say(RedialTests.Ask(attempts: 2));
        world.End(CallClass.Cancelled);
        RedialTests.AssertDropped(world, "the call was stopped");
    }

    private static SubscriberWorld Live(AttemptPolicy attempts)
    {
        var world = new SubscriberWorld(attempts);
        world.DialWhenDue();
        return world;
    }
}
