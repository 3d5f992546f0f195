using Dialer.Calls;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P8: a job that was added when its phone had a past already. Found by the simulation.</summary>
public class LateSiblingTests
{
    [Fact]
    public void JobAddedDuringAStreak_GoesOnWithThePhonesStreak_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.AddJob();
        world.DialWhenDue(1);
        world.End(CallClass.Technical);
        Assert.All(world.Rows, r => Assert.Equal(4, r.ErrorStreak));
        Assert.Equal(TimeSpan.FromMinutes(8), world.DialWhenDue(0));
    }

    [Fact]
    public void JobAddedDuringAStreak_DialsTheNinthError_AndSpendsAnAttempt_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 8);
        world.AddJob();
        world.DialWhenDue(1);
        world.End(CallClass.Technical);
        Assert.Equal((0, 1), (world.Rows[0].Attempts, world.Rows[1].Attempts));
        Assert.All(world.Rows, r => Assert.Equal(0, r.ErrorStreak));
    }

    [Fact]
    public void JobAddedDuringAStreak_WhoseCallIsStopped_LeavesTheStreakAsItWas_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.AddJob();
        world.DialWhenDue(1);
        world.End(CallClass.Cancelled);
        Assert.All(world.Rows, r => Assert.Equal(3, r.ErrorStreak));
    }

    [Fact]
    public void JobAddedAfterAttempts_CountsOnFromThoseOfThePhone()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialAndEnd(CallClass.Busy);
        world.DialAndEnd(CallClass.Busy);
        world.AddJob();
        world.DialWhenDue(1);
        world.End(CallClass.Busy);
        Assert.All(world.Rows, r => Assert.Equal(3, r.AttemptsToPhone));
        Assert.Equal(JobStatus.Waiting, world.Rows[1].Status);
    }

    [Fact]
    public void ErrorThatEndsItsJob_HoldsAJobAddedLater_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 2);
        world.DialWhenDue(0);
        world.Cancel(0);
        world.End(CallClass.Technical);
        Assert.Equal(JobStatus.Final, world.Rows[0].Status);
        world.AddJob();
        Assert.Equal(TimeSpan.FromMinutes(4), world.DialWhenDue(1));
        Assert.Equal(3, world.Rows[1].ErrorStreak);
    }

    [Fact]
    public void JobCancelledInBackoff_LeavesItsHoldToTheNext_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.Cancel(0);
        world.AddJob();
        Assert.Equal(TimeSpan.FromMinutes(4), world.DialWhenDue(1));
        world.End(CallClass.Technical);
        Assert.Equal(4, world.Rows[1].ErrorStreak);
    }

    [Fact]
    public void JobCancelledWhileItWaitsForItsRedial_LeavesTheHoldOfItsErrorToTheNext_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialWhenDue();
        world.End(CallClass.Technical, bot: RedialTests.Ask(attempts: 2, retry: 60));
        var failedAt = world.Now;
        Assert.Equal(JobStatus.Waiting, world.Row.Status);
        world.AddJob();
        world.Cancel(0);
        world.AddJob();

        // when within its ringing the error came is not known any more
        world.DialWhenDue(2);
        Assert.InRange(world.Now - failedAt, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
        Assert.Equal(1, world.Rows[2].ErrorStreak);
    }

    [Fact]
    public void NinthErrorOnTheLastAttempt_HoldsAJobAddedLaterForThePause_P8()
    {
        var world = new SubscriberWorld(Attempts(1, pause: 45));
        ErrorTests.Errors(world, 9);
        Assert.Equal(JobResult.TechnicalError, world.Rows[0].Result);
        world.AddJob();
        Assert.Equal(TimeSpan.FromMinutes(45), world.DialWhenDue(1));
        Assert.Equal(0, world.Rows[1].ErrorStreak);
    }

    [Fact]
    public void JobAddedWhileTheCallIsUp_IsHeldByItsNinthError_P8()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 45));
        ErrorTests.Errors(world, 8);
        world.DialWhenDue(0);
        var seen = world.Context(0);
        world.AddJob();
        world.End(CallClass.Technical, seen: seen);
        Assert.Equal((1, 0), (world.Rows[0].Attempts, world.Rows[1].Version));
        Assert.Equal(TimeSpan.FromMinutes(45), world.DialWhenDue(1));
    }

    [Fact]
    public void CallPlacedByAFinalJob_EndsTheStreakForJobsAddedLater_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.AddJob();
        world.DialWhenDue(1);
        world.End(CallClass.Nonexistent);
        world.Cancel(0);
        world.AddJob();
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue(2));
        Assert.Equal(0, world.Rows[2].ErrorStreak);
    }

    [Fact]
    public void JobCancelledInThePauseAfterTheNinthError_LeavesThePauseToTheNext_P8()
    {
        var world = new SubscriberWorld(Attempts(2, pause: 45));
        ErrorTests.Errors(world, 9);
        world.Cancel(0);
        world.AddJob();
        Assert.Equal(TimeSpan.FromMinutes(45), world.DialWhenDue(1));
    }

    [Fact]
    public void PutBackOfAnOlderTry_LeavesTheYoungerJobsStreakAndHold_P8_P12()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.AddJob();
        world.DialWhenDue(0);
        world.End(CallClass.Rejected);
        world.DialWhenDue(1);
        world.End(CallClass.Technical);
        Assert.NotNull(world.PutBack(0));
        Assert.Equal((JobStatus.Backoff, 1, 0), (world.Rows[1].Status, world.Rows[1].ErrorStreak, world.Rows[1].AttemptsToPhone));
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue(0));
        Assert.Equal(1, world.Rows[0].ErrorStreak);
    }

    [Fact]
    public void TryBegunByAClockThatIsAhead_DoesNotOutlastALaterOne_P8()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.DialWhenDue(0);
        world.End(CallClass.NotPlaced);
        world.AddJob();
        world.Now -= TimeSpan.FromSeconds(5);
        world.DialWhenDue(1);
        world.End(CallClass.Busy);
        Assert.All(world.Rows, r => Assert.Equal(0, r.ErrorStreak));
        Assert.True(world.Rows[1].TryStartedAt > world.Rows[0].TryStartedAt);
    }
}
