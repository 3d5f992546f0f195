using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P11, P27, P38, P59: no further attempt, a live call ends normally.</summary>
public class CancelTests
{
    [Theory]
    [InlineData(EndReason.Cancelled, JobResult.Cancelled)]
    [InlineData(EndReason.DoNotCall, JobResult.NotDone)]
    [InlineData(EndReason.Erased, JobResult.NotDone)]
    public void WaitingJob_EndsAtOnce(EndReason reason, JobResult result)
    {
        var world = new SubscriberWorld(Attempts(3));
        var step = world.Cancel(reason: reason);
        Assert.Equal((JobStatus.Final, result, reason, world.Now), (step!.Row.Status, step.Row.Result, step.Row.EndReason, step.Row.FinishedAt));
        Assert.Null(step.Release);
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void JobInBackoff_EndsAtOnce()
    {
        var world = new SubscriberWorld(Attempts(3));
        ErrorTests.Errors(world, 1);
        world.Cancel();
        Assert.Equal((JobStatus.Final, JobResult.Cancelled), (world.Row.Status, world.Row.Result));
        Assert.Null(SubscriberMachine.Wake(world.Row, world.Now + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void CancelledTwice_OrFinal_ChangesNothing()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        Assert.NotNull(world.Cancel());
        Assert.Null(world.Cancel());
        world.End(CallClass.Busy);
        Assert.Null(world.Cancel());
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.Nonexistent)]
    [InlineData(CallClass.Technical)]
    [InlineData(CallClass.Cancelled)]
    [InlineData(CallClass.NotPlaced)]
    [InlineData(CallClass.Unknown)]
    [InlineData(CallClass.BotFailed)]
    public void LiveCall_ThatReachesNobody_EndsTheJobAsCancelled(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(9));
        world.DialWhenDue();
        Assert.Equal(JobStatus.Live, world.Cancel()!.Row.Status);
        var step = world.End(callClass, talk: callClass == CallClass.BotFailed ? TimeSpan.FromSeconds(1) : null);
        Assert.Equal((JobStatus.Final, JobResult.Cancelled, EndReason.Cancelled), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        Assert.Equal(UnixTime.None, step.RemindAt);
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void LiveCall_ThatIsShort_EndsTheJobAsCancelled()
    {
        var world = new SubscriberWorld(Attempts(9, shorter: 10));
        world.DialWhenDue();
        world.Cancel();
        Assert.Equal(JobResult.Cancelled, world.End(CallClass.Answered, talk: TimeSpan.FromSeconds(3)).Row.Result);
    }

    [Fact]
    public void LiveCall_ThatReachesSomebody_KeepsItsRealResult()
    {
        var world = new SubscriberWorld(Attempts(9));
        world.DialWhenDue();
        world.Cancel();
        var step = world.End(CallClass.Answered, talk: TimeSpan.FromSeconds(3), bot: new BotReply { CallResult = "OK" });
        Assert.Equal((JobStatus.Final, JobResult.ReachedWithResult, EndReason.None), (step.Row.Status, step.Row.Result, step.Row.EndReason));
    }

    [Theory]
    [InlineData(EndReason.DoNotCall)]
    [InlineData(EndReason.Erased)]
    public void LiveCall_OfANumberThatEnteredDoNotCall_EndsNotDoneWithThatReason(EndReason reason)
    {
        var world = new SubscriberWorld(Attempts(9));
        world.DialWhenDue();
        world.Cancel(reason: reason);
        var step = world.End(CallClass.Busy);
        Assert.Equal((JobStatus.Final, JobResult.NotDone, reason), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        Assert.Equal(1, step.Row.AttemptsTotal);

        var reached = new SubscriberWorld(Attempts(9));
        reached.DialWhenDue();
        reached.Cancel(reason: reason);
        step = reached.End(CallClass.Answered, talk: TimeSpan.FromSeconds(3));
        Assert.Equal((JobResult.Reached, EndReason.None), (step.Row.Result, step.Row.EndReason));
    }

    [Fact]
    public void NumberInDoNotCall_EndsWithoutACall_NothingSpent()
    {
        var world = new SubscriberWorld(Attempts(3));
        var step = SubscriberMachine.EndForDoNotCall(world.Row, world.Now);
        Assert.Equal((JobStatus.Final, JobResult.NotDone, EndReason.DoNotCall, 0), (step.Row.Status, step.Row.Result, step.Row.EndReason, step.Row.AttemptsTotal));
        Assert.Equal((-1, 1), (step.Counters.Waiting, step.Counters.NotDone));
        Assert.Equal("DoNotCall", Assert.Single(step.Notes).Detail);
    }

    [Theory]
    [InlineData(CallClass.Busy, JobResult.NoAnswer)]
    [InlineData(CallClass.Technical, JobResult.TechnicalError)]
    [InlineData(CallClass.Cancelled, JobResult.NotDone)]
    [InlineData(CallClass.Unknown, JobResult.NotDone)]
    public void CallOfAFinishedCampaign_ThatReachesNobody_IsNotRetried(CallClass callClass, JobResult result)
    {
        var world = new SubscriberWorld(Attempts(9));
        world.DialWhenDue();
        world.Terms = world.Terms with { Status = CampaignStatus.Finished };
        var step = world.End(callClass);
        Assert.Equal((JobStatus.Final, result, EndReason.CampaignFinished), (step.Row.Status, step.Row.Result, step.Row.EndReason));
    }

    [Theory]
    [InlineData(StopCalls.Job, false)]
    [InlineData(StopCalls.Organisation, true)]
    public void OptOut_EndsTheJob_BeatingShortCallRetryAndRedial(StopCalls stop, bool doNotCall)
    {
        var world = new SubscriberWorld(Attempts(9, shorter: 10));
        var bot = RedialTests.Ask(attempts: 2) with { StopCalls = stop };
        var step = world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(2), bot);
        Assert.Equal((JobStatus.Final, EndReason.StopCalls, doNotCall), (step.Row.Status, step.Row.EndReason, step.DoNotCall));
        Assert.Equal(1, step.Row.AttemptsTotal);
        RedialTests.AssertDropped(world, "the callee opted out");
    }

    [Theory]
    [InlineData(CallClass.Busy, 1, JobResult.NoAnswer)]
    [InlineData(CallClass.Unreachable, 1, JobResult.NoAnswer)]
    [InlineData(CallClass.Nonexistent, 1, JobResult.Nonexistent)]
    [InlineData(CallClass.Technical, 0, JobResult.TechnicalError)]
    [InlineData(CallClass.Cancelled, 0, JobResult.NotDone)]
    public void OptOut_ThatComesWithACallNobodyAnswered_IsHeardToo(CallClass callClass, int spent, JobResult result)
    {
        var world = new SubscriberWorld(Attempts(9));
        var step = world.DialAndEnd(callClass, bot: RedialTests.Ask(attempts: 2) with { StopCalls = StopCalls.Organisation });
        Assert.Equal((JobStatus.Final, result, EndReason.StopCalls), (step.Row.Status, step.Row.Result, step.Row.EndReason));
        Assert.Equal(spent, step.Row.AttemptsTotal);
        Assert.True(step.DoNotCall);
        Assert.Equal(world.Recount(), world.Sum);
    }
}
