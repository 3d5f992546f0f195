using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P26, P41, P59: what bots say after their calls.</summary>
public class AmendTests
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(60);

    [Fact]
    public void ResultAfterTheEnd_IsInTheRecord_AndTheJobIsReachedWithResult()
    {
        var world = Ended(Attempts(1), CallClass.Answered);
        Assert.Equal(JobResult.Reached, world.Row.Result);
        var step = world.Amend(new BotReply
        {
            CallResult = "ok",
            CallResultPayload = "p",
            ReportDataJson = """{"k":{"value":1,"order":0}}""",
            CallTagsJson = """{"t":{}}""",
            AnsweredBy = AnsweredBy.Machine,
            SpeechSeconds = 9,
        }).Step!;
        Assert.Equal((JobStatus.Final, JobResult.ReachedWithResult), (world.Row.Status, world.Row.Result));
        Assert.Equal(("ok", "p", AnsweredBy.Machine, 9, JobResult.ReachedWithResult), (step.Try!.CallResult, step.Try.CallResultPayload, step.Try.AnsweredBy, step.Try.SpeechSeconds, step.Try.JobResult));
        Assert.Equal((1, 9L), (world.Sum.Answered, world.Sum.SpeechSeconds));
        Assert.Null(step.Release);
        AssertBooks(world);
    }

    [Fact]
    public void TheSameAgain_ChangesNothing_AndIsAnsweredAlike()
    {
        var world = Ended(Attempts(1), CallClass.Answered);
        var reply = RedialTests.Ask(attempts: 2, retry: 5) with { CallResult = "ok", ReportDataJson = """{"k":{"value":1,"order":0}}""", SpeechSeconds = 3 };
        Assert.Equal(2, world.Amend(reply).Answer.RedialAccepted);
        var before = (world.Row, world.Sum);
        var again = world.Amend(reply);
        Assert.Null(again.Step);
        Assert.Equal((true, 2), (again.Answer.IsTaken, again.Answer.RedialAccepted));
        Assert.Equal(before, (world.Row, world.Sum));
        Assert.Equal(0, world.Amend(RedialTests.Ask(attempts: 4)).Answer.RedialAccepted);
        Assert.Equal(1, world.Row.Series);
        AssertBooks(world);
    }

    [Fact]
    public void RedialAfterTheEnd_OpensTheFinalJobAgain_P18a_P26()
    {
        var world = Ended(Attempts(1), CallClass.Answered);
        Assert.Equal(1, world.Sum.Final);
        var end = world.Now;
        world.Now += TimeSpan.FromMinutes(2);
        var step = world.Amend(RedialTests.Ask(attempts: 2, retry: 5)).Step!;
        Assert.Equal((JobStatus.Waiting, JobResult.None, 1, 0, 1), (world.Row.Status, world.Row.Result, world.Row.Series, world.Row.Attempts, world.Row.AttemptsTotal));
        Assert.True(world.Row.FinishedAt.IsNone);
        Assert.Equal((0, 1, 0), (world.Sum.Final, world.Sum.Waiting, world.Sum.Answered));
        var closed = Assert.Single(world.Series);
        Assert.Equal((0, 1, JobResult.Reached, end), (closed.Series, closed.Attempts, closed.Result, closed.FinishedAt));
        Assert.Equal((StepRules.Redial, JobStatus.Waiting), (step.Try!.Rule, step.Try.JobStatus));
        // measured from the end of the call, not from when it was asked for (P6)
        Assert.Equal(TimeSpan.FromMinutes(3), world.DialWhenDue());
        AssertBooks(world);
    }

    [Fact]
    public void ResultAfterARedial_IsThatOfTheClosedSeries()
    {
        var world = Ended(Attempts(1), CallClass.Answered, RedialTests.Ask(attempts: 2));
        Assert.Equal(JobResult.Reached, Assert.Single(world.Series).Result);
        world.Amend(new BotReply { CallResult = "ok" });
        Assert.Equal((0, 1, JobResult.ReachedWithResult), Assert.Single(world.Series) is var s ? (s.Series, s.Attempts, s.Result) : default);
        Assert.Equal((JobStatus.Waiting, JobResult.None), (world.Row.Status, world.Row.Result));
        AssertBooks(world);
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.NoAnswer)]
    public void RedialFromAnUnansweredCall_ReplacesTheRetryThatWaits_P26(CallClass callClass)
    {
        var world = Ended(Attempts(9), callClass);
        world.Amend(RedialTests.Ask(attempts: 2, retry: 5));
        Assert.Equal((JobStatus.Waiting, 1, 0), (world.Row.Status, world.Row.Series, world.Row.Attempts));
        Assert.Equal(JobResult.NoAnswer, Assert.Single(world.Series).Result);
        Assert.Equal(TimeSpan.FromMinutes(5), world.DueIn);
        AssertBooks(world);
    }

    [Fact]
    public void Redial_BeatsTheRetryOfAShortCall_P26()
    {
        var world = new SubscriberWorld(Attempts(9, shorter: 10));
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(3));
        world.Amend(RedialTests.Ask(attempts: 2, retry: 5));
        Assert.Equal(JobResult.AnsweredShort, Assert.Single(world.Series).Result);
        Assert.Equal((1, TimeSpan.FromMinutes(5)), (world.Row.Series, world.DueIn));
        AssertBooks(world);
    }

    [Theory]
    [InlineData(1, JobStatus.Waiting, 5)]
    [InlineData(4, JobStatus.Backoff, 8)]
    public void Redial_WaitsForTheBackoffToo_P8(int streak, JobStatus status, int minutes)
    {
        var world = new SubscriberWorld(Attempts(1));
        ErrorTests.Errors(world, streak - 1);
        world.DialWhenDue();
        world.End(CallClass.Technical);
        world.Amend(RedialTests.Ask(attempts: 2, retry: 5));
        Assert.Equal((status, streak, 1), (world.Row.Status, world.Row.ErrorStreak, world.Row.Series));
        Assert.Equal(TimeSpan.FromMinutes(minutes), world.DialWhenDue());
    }

    [Fact]
    public void Redial_IsCutToWhatIsLeftOfTheMaximum_P5()
    {
        var world = Ended(Attempts(1, maximum: 3), CallClass.Answered);
        Assert.Equal(2, world.Amend(RedialTests.Ask(attempts: 5)).Answer.RedialAccepted);
        var note = Assert.Single(world.Notes);
        Assert.Equal(("redial_cut", "2 of 5 attempts"), (note.Code, note.Detail));
        AssertBooks(world);
    }

    [Theory]
    [InlineData("maximum of attempts", CampaignStatus.Running, 1)]
    [InlineData("campaign finished", CampaignStatus.Finished, 9)]
    public void Redial_IsDroppedVisibly_P26(string why, CampaignStatus status, int maximum)
    {
        var world = Ended(Attempts(1, maximum: maximum), CallClass.Answered);
        world.Terms = world.Terms with { Status = status };
        Assert.Equal(0, world.Amend(RedialTests.Ask(attempts: 2)).Answer.RedialAccepted);
        Assert.Equal((JobStatus.Final, JobResult.Reached), (world.Row.Status, world.Row.Result));
        RedialTests.AssertDropped(world, why);
        // said again it is dropped once
        Assert.Equal(0, world.Amend(RedialTests.Ask(attempts: 2)).Answer.RedialAccepted);
        AssertBooks(world);
    }

    [Fact]
    public void Redial_OfACancelledJob_IsDropped_P27()
    {
        var world = Ended(Attempts(3), CallClass.Busy);
        world.Cancel();
        world.Amend(RedialTests.Ask(attempts: 2));
        Assert.Equal((JobStatus.Final, JobResult.Cancelled), (world.Row.Status, world.Row.Result));
        RedialTests.AssertDropped(world, "job cancelled");
    }

    [Fact]
    public void WhenALaterCallBegan_RedialIsDropped_ButTheRecordTakesTheRest_P26()
    {
        var world = Ended(Attempts(3, pause: 1), CallClass.Busy);
        world.DialWhenDue();
        var live = world.Row;
        var said = world.Amend(RedialTests.Ask(attempts: 2) with { CallResult = "late" }, number: 1);
        Assert.Equal(0, said.Answer.RedialAccepted);
        Assert.Equal((JobStatus.Live, live.Try, "late"), (world.Row.Status, world.Row.Try, said.Step!.Try!.CallResult));
        RedialTests.AssertDropped(world, "a later call began");
        world.End(CallClass.Answered, Talk, Talk);
        AssertBooks(world);
    }

    [Fact]
    public void OptOutAfterTheEnd_EndsWhatWaits_ARedialToo_P59()
    {
        var world = Ended(Attempts(3), CallClass.Answered, RedialTests.Ask(attempts: 2));
        Assert.Equal(JobStatus.Waiting, world.Row.Status);
        var step = world.Amend(new BotReply { StopCalls = StopCalls.Organisation }).Step!;
        Assert.Equal((JobStatus.Final, JobResult.Reached, EndReason.StopCalls, true), (world.Row.Status, world.Row.Result, world.Row.EndReason, step.DoNotCall));
        Assert.Equal(0, world.Amend(RedialTests.Ask(attempts: 1)).Answer.RedialAccepted);
        AssertBooks(world);
    }

    [Theory]
    [InlineData(CallClass.Busy, JobResult.NoAnswer)]
    [InlineData(CallClass.Technical, JobResult.TechnicalError)]
    public void OptOutAfterAnUnansweredCall_EndsTheJob_AndBeatsARedialBesideIt_P59(CallClass callClass, JobResult result)
    {
        var world = Ended(Attempts(3), callClass);
        world.Amend(RedialTests.Ask(attempts: 2) with { StopCalls = StopCalls.Job });
        Assert.Equal((JobStatus.Final, result, EndReason.StopCalls), (world.Row.Status, world.Row.Result, world.Row.EndReason));
        RedialTests.AssertDropped(world, "the callee opted out");
        AssertBooks(world);
    }

    [Fact]
    public void OptOutWhileALaterCallIsUp_LetsItEnd_AndNothingFollows_P59()
    {
        var world = Ended(Attempts(3, pause: 1), CallClass.Busy);
        world.DialWhenDue();
        world.Amend(new BotReply { StopCalls = StopCalls.Job }, number: 1);
        var step = world.End(CallClass.Busy);
        Assert.Equal((JobStatus.Final, JobResult.NoAnswer, EndReason.StopCalls), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        AssertBooks(world);
    }

    [Fact]
    public void OptOutOfAFinalJob_KeepsItsResult_P59()
    {
        var world = Ended(Attempts(1), CallClass.Busy);
        world.Amend(new BotReply { StopCalls = StopCalls.Job });
        Assert.Equal((JobStatus.Final, JobResult.NoAnswer, EndReason.StopCalls), (world.Row.Status, world.Row.Result, world.Row.EndReason));
    }

    private static SubscriberWorld Ended(AttemptPolicy attempts, CallClass callClass, BotReply? bot = null)
    {
        var world = new SubscriberWorld(attempts);
        world.DialAndEnd(callClass, callClass == CallClass.Answered ? Talk : null, bot);
        return world;
    }

    private static void AssertBooks(SubscriberWorld world) => Assert.Equal(world.Recount(), world.Sum);
}
