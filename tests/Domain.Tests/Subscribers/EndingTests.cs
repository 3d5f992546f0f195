using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P3, P4, P12, P14, P38 and the small semantics: jobs that end, are put off or are put back without a call.</summary>
public class EndingTests
{
    private static readonly UnixTime Four = TestTerms.At("2026-07-06T16:00:00+03:00");

    [Theory]
    [InlineData(2, JobStatus.Final)]
    [InlineData(1, JobStatus.Final)]
    [InlineData(3, JobStatus.Waiting)]
    public void AttemptsLoweredToThoseMade_EndTheJobWithItsLastOutcome(int lowered, JobStatus status)
    {
        var world = new SubscriberWorld(Attempts(5, shorter: 10));
        world.DialAndEnd(CallClass.Busy);
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(3));
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(lowered) } };
        world.Admit();
        Assert.Equal((status, JobResult.AnsweredShort), (world.Row.Status, world.Row.Result));
        Assert.Equal(status == JobStatus.Final ? EndReason.AttemptsLowered : EndReason.None, world.Row.EndReason);
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void AttemptsLowered_EndAJobInBackoffToo_AndAMaximumCounts()
    {
        var world = new SubscriberWorld(Attempts(5));
        world.DialAndEnd(CallClass.Busy);
        ErrorTests.Errors(world, 1);
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(5, maximum: 1) } };
        var step = SubscriberMachine.EndWithoutCall(world.Context(0), world.Now);
        Assert.Equal((JobStatus.Final, JobResult.NoAnswer), (step!.Row.Status, step.Row.Result));
    }

    [Fact]
    public void UnknownZone_EndsNotDone_WhenTheCampaignSkipsSuchNumbers()
    {
        var world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(zone: "Europe/Moscow|Asia/Omsk");
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { AmbiguousZone = AmbiguousZonePolicy.SkipAndReport } };
        world.Admit();
        Assert.Equal((JobStatus.Final, JobResult.NotDone, EndReason.ZoneUnknown), (world.Row.Status, world.Row.Result, world.Row.EndReason));
    }

    [Fact]
    public void JobThatNothingCanOpen_EndsNotDone()
    {
        var world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(new CallPolicy { AllowedDays = 0 });
        world.Admit();
        Assert.Equal((JobStatus.Final, JobResult.NotDone, EndReason.NeverOpen), (world.Row.Status, world.Row.Result, world.Row.EndReason));
    }

    [Fact]
    public void NoWindowBeforeTheFinish_WithNothingTried_EndsNotDone()
    {
        var world = new SubscriberWorld(Attempts(3), hasJob: false).AddJob(notAfter: Four);
        world.Now = Four - TimeSpan.FromMilliseconds(1);
        Assert.IsType<AdmitDecision.Dial>(SubscriberMachine.Admit(world.Context(0), 1, world.Now));
        world.Now = Four;
        world.Admit();
        Assert.Equal((JobStatus.Final, JobResult.NotDone, EndReason.Expired), (world.Row.Status, world.Row.Result, world.Row.EndReason));
    }

    [Fact]
    public void JobThatIsDueOnlyAfterItsFinish_EndsAtOnce()
    {
        var world = new SubscriberWorld(Attempts(3), hasJob: false).AddJob(startAt: Four, notAfter: Four);
        world.Admit();
        Assert.Equal((JobStatus.Final, EndReason.Expired), (world.Row.Status, world.Row.EndReason));
    }

    [Fact]
    public void NoWindowBeforeTheFinish_AfterAnAttempt_EndsAsNoAnswer_WithTheCallThatSpentIt()
    {
        var world = new SubscriberWorld(Attempts(3, pause: 200), hasJob: false).AddJob(notAfter: Four);
        world.DialAndEnd(CallClass.Busy);
        Assert.Equal(JobStatus.Waiting, world.Row.Status);
        var step = world.DialAndEnd(CallClass.Busy);
        Assert.Equal((JobStatus.Final, JobResult.NoAnswer, EndReason.Expired), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        Assert.Equal((StepRules.Expired, UnixTime.None), (step.Try!.Rule, step.Try.NextAt));
    }

    [Fact]
    public void NoWindowBeforeTheFinish_AfterErrorsOnly_EndsAsTechnicalError()
    {
        var world = new SubscriberWorld(Attempts(3), hasJob: false).AddJob(notAfter: Four);
        while (world.Row.Status != JobStatus.Final)
        {
            world.DialWhenDue();
            world.End(CallClass.Technical);
        }

        Assert.Equal((JobResult.TechnicalError, EndReason.Expired, 0), (world.Row.Result, world.Row.EndReason, world.Row.AttemptsTotal));
        Assert.True(world.Now < Four);
    }

    [Fact]
    public void JobThatStartsLater_IsNotDialedBefore_AndNotEnded()
    {
        var start = Noon + TimeSpan.FromHours(2);
        var world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(startAt: start);
        Assert.Equal(new AdmitDecision.NotNow(RefusalCodes.NotDue, start), world.Admit());
        world.DialWhenDue();
        Assert.Equal(start, world.Row.TryStartedAt);
    }

    [Fact]
    public void JobOutsideItsWindow_IsPutOffToTheNextOpening()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { CallingWindows = WeeklyHours.Default } };
        world.Now = TestTerms.At("2026-07-06T18:00:00+03:00");
        Assert.Equal(new AdmitDecision.NotNow(RefusalCodes.Window, TestTerms.At("2026-07-07T09:00:00+03:00")), world.Admit());
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(60, 60)]
    [InlineData(61, 60)]
    [InlineData(60 * 24, 60)]
    public void Deferral_IsBounded_SpendsNothing_AndSaysWhy(int asked, int minutes)
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(CallClass.Busy);
        var step = SubscriberMachine.Defer(world.Row, RefusalCodes.CapDay, world.Now + TimeSpan.FromMinutes(asked), world.Now);
        world.Apply(0, step);
        Assert.Equal(TimeSpan.FromMinutes(minutes), world.DueIn);
        Assert.Equal((JobStatus.Waiting, 1), (world.Row.Status, world.Row.AttemptsTotal));
        Assert.Equal(RefusalCodes.CapDay, Assert.Single(world.Notes).Code);
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Theory]
    [InlineData(CallClass.Nonexistent)]
    [InlineData(CallClass.Rejected)]
    public void SuspiciousOutcome_PutBack_WaitsAgainWithItsAttemptUnspent(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialAndEnd(callClass);
        Assert.Equal(JobStatus.Final, world.Row.Status);
        world.Now += TimeSpan.FromHours(1);
        var step = world.PutBack()!;
        Assert.Equal((JobStatus.Waiting, JobResult.None, 0, 0), (step.Row.Status, step.Row.Result, step.Row.AttemptsTotal, step.Row.AttemptsToPhone));
        Assert.Equal(world.Recount(), world.Sum);
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue());
    }

    [Fact]
    public void TechnicalErrors_PutBack_WaitWithoutTheirStreak()
    {
        var world = new SubscriberWorld(Attempts(1));
        ErrorTests.Errors(world, 4);
        world.PutBack();
        Assert.Equal((JobStatus.Waiting, 0, 0), (world.Row.Status, world.Row.ErrorStreak, world.Row.AttemptsTotal));
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue());
        world.End(CallClass.Technical);
        ErrorTests.Errors(world, 8);
        Assert.Equal((JobStatus.Final, 1), (world.Row.Status, world.Row.AttemptsTotal));
        world.PutBack();
        Assert.Equal((JobStatus.Waiting, 0), (world.Row.Status, world.Row.AttemptsTotal));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Theory]
    [InlineData(CallClass.Answered)]
    [InlineData(CallClass.BotFailed)]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.NoAnswer)]
    public void OutcomeThatIsNotSuspicious_IsNotPutBack(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(callClass, callClass is CallClass.Answered or CallClass.BotFailed ? TimeSpan.FromSeconds(20) : null);
        Assert.Null(world.PutBack());
        Assert.Equal(1, world.Row.AttemptsTotal);
    }

    [Theory]
    [InlineData(EndReason.Cancelled)]
    [InlineData(EndReason.DoNotCall)]
    [InlineData(EndReason.Erased)]
    public void JobThatMayNotBeCalledAnyMore_IsNotPutBack(EndReason reason)
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(CallClass.Rejected);
        world.Cancel(reason: reason);
        Assert.Null(world.PutBack());
    }

    [Fact]
    public void OptedOutJob_IsNotPutBack()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(CallClass.Rejected, bot: new BotReply { StopCalls = StopCalls.Job });
        Assert.Null(world.PutBack());
    }

    [Fact]
    public void Outcome_IsPutBackOnce()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialAndEnd(CallClass.Rejected);
        Assert.NotNull(world.PutBack());
        Assert.Null(world.PutBack());
        Assert.Equal(0, world.Row.AttemptsTotal);
        world.DialAndEnd(CallClass.Rejected);
        Assert.NotNull(world.PutBack());
    }

    [Fact]
    public void LiveTry_OrAnEarlierOne_IsNotPutBack()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialAndEnd(CallClass.Rejected);
        var record = world.Tries[0];
        world.DialWhenDue();
        Assert.Null(SubscriberMachine.PutBack(world.Context(0), record, world.Now));
        Assert.Null(SubscriberMachine.PutBack(world.Context(0), record with { Try = world.Row.Try }, world.Now));
    }
}
