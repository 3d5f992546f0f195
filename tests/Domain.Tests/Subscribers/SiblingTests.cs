using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P8, P22: several jobs of one phone in one campaign.</summary>
public class SiblingTests
{
    [Fact]
    public void PhoneInACall_IsNotCalledForAnotherJob()
    {
        var world = TwoJobs(Attempts(2));
        world.DialWhenDue(0);
        Assert.Equal(new AdmitDecision.NotNow(RefusalCodes.PhoneBusy, world.Now + RefusalCodes.BusyRetry), world.Admit(1));
        world.End(CallClass.Busy);
        Assert.IsType<AdmitDecision.Dial>(world.Admit(1));
    }

    [Fact]
    public void AttemptsToThePhone_AreTheSameInAllItsJobs_AndOfAJobItsOwn()
    {
        var world = TwoJobs(Attempts(2));
        world.DialWhenDue(0);
        world.End(CallClass.Busy);
        Assert.All(world.Rows, r => Assert.Equal(1, r.AttemptsToPhone));
        world.DialWhenDue(1);
        world.End(CallClass.Busy);
        Assert.All(world.Rows, r => Assert.Equal((2, 1, 1), (r.AttemptsToPhone, r.Attempts, r.AttemptsTotal)));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void Backoff_HoldsAllJobsOfThePhone_AndTheStreakGrowsOverThem()
    {
        var world = TwoJobs(Attempts(2));
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue(0));
        var step = world.End(CallClass.Technical);
        Assert.Single(step.Siblings);
        Assert.Equal(2, world.Sum.Backoff);
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue(1));
        world.End(CallClass.Technical);
        Assert.All(world.Rows, r => Assert.Equal(2, r.ErrorStreak));
        Assert.Equal(TimeSpan.FromMinutes(2), world.DialWhenDue(0));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void JobAddedDuringABackoff_IsHeldToo()
    {
        var world = new SubscriberWorld(Attempts(2));
        ErrorTests.Errors(world, 3);
        world.AddJob();
        Assert.Equal(new AdmitDecision.NotNow(RefusalCodes.Backoff, world.Row.NotBefore), world.Admit(1));
    }

    [Fact]
    public void NinthError_SpendsAnAttempt_OfTheJobBeingDialed_AndAllWaitForThePause()
    {
        var world = TwoJobs(Attempts(2, pause: 30));
        ErrorTests.Errors(world, 8);
        world.DialWhenDue(1);
        world.End(CallClass.Technical);
        Assert.Equal((0, 1), (world.Rows[0].AttemptsTotal, world.Rows[1].AttemptsTotal));
        Assert.All(world.Rows, r => Assert.Equal((JobStatus.Waiting, 0, 1), (r.Status, r.ErrorStreak, r.AttemptsToPhone)));
        Assert.Equal(TimeSpan.FromMinutes(30), world.DialWhenDue(0));
    }

    [Fact]
    public void PlacedCall_EndsTheStreakOfAllJobs()
    {
        var world = TwoJobs(Attempts(1));
        ErrorTests.Errors(world, 5);
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(30));
        Assert.Equal((JobStatus.Waiting, 0), (world.Rows[1].Status, world.Rows[1].ErrorStreak));
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue(1));
    }

    [Fact]
    public void JobThatStartsLater_KeepsItsStart_AndIsNotPutIntoBackoff()
    {
        var start = Noon + TimeSpan.FromHours(1);
        var world = new SubscriberWorld(Attempts(1)).AddJob(startAt: start);
        ErrorTests.Errors(world, 2);
        Assert.Equal((JobStatus.Waiting, 2, start), (world.Rows[1].Status, world.Rows[1].ErrorStreak, world.Rows[1].NotBefore));
        world.DialWhenDue(1);
        Assert.Equal(start, world.Rows[1].TryStartedAt);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(60, 1)]
    public void Backoff_NeitherShortensNorReplacesAJobsOwnPause(int dialed, int sibling)
    {
        var world = new SubscriberWorld(Attempts(9), hasJob: false).AddJob(Own(dialed)).AddJob(Own(sibling));
        world.DialWhenDue(1);
        world.End(CallClass.Busy);
        var paused = world.Now + TimeSpan.FromMinutes(sibling);
        world.DialWhenDue(0);
        world.End(CallClass.Technical);
        var held = world.Now + TimeSpan.FromMinutes(1);
        world.DialWhenDue(1);
        Assert.Equal(UnixTime.Max(paused, held), world.Rows[1].TryStartedAt);
    }

    [Fact]
    public void Backoff_HoldsTheOtherJobs_WhenARedialTakesTheDialedOneElsewhere()
    {
        var world = TwoJobs(Attempts(1));
        world.DialWhenDue(0);
        var step = world.End(CallClass.Technical, bot: RedialTests.Ask(attempts: 2, retry: 600));
        Assert.Equal(world.Now + TimeSpan.FromMinutes(1), step.RemindAt);
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue(1));
    }

    [Fact]
    public void Backoff_HoldsTheOtherJobs_WhenTheDialedOneEnds()
    {
        var world = TwoJobs(Attempts(1));
        world.DialWhenDue(0);
        world.Cancel(0);
        var step = world.End(CallClass.Technical);
        Assert.Equal(world.Now + TimeSpan.FromMinutes(1), step.RemindAt);
        Assert.Equal(JobStatus.Final, world.Rows[0].Status);
        Assert.Equal(TimeSpan.FromMinutes(1), world.DialWhenDue(1));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void PutBack_TellsTheOtherJobs()
    {
        var world = TwoJobs(Attempts(2));
        world.DialAndEnd(CallClass.Rejected);
        world.PutBack();
        Assert.All(world.Rows, r => Assert.Equal(0, r.AttemptsToPhone));
        ErrorTests.Errors(world, 4);
        world.PutBack();
        Assert.All(world.Rows, r => Assert.Equal((JobStatus.Waiting, 0), (r.Status, r.ErrorStreak)));
        Assert.Equal(TimeSpan.Zero, world.DialWhenDue(1));
        Assert.Equal(world.Recount(), world.Sum);
    }

    [Fact]
    public void FinalJobs_AreLeftAlone()
    {
        var world = TwoJobs(Attempts(1));
        world.Cancel(1);
        var before = world.Rows[1];
        world.DialAndEnd(CallClass.Busy);
        Assert.Equal(before, world.Rows[1]);
    }

    private static SubscriberWorld TwoJobs(Dialer.Campaigns.AttemptPolicy attempts) => new SubscriberWorld(attempts).AddJob();

    private static CallPolicy Own(int pause) => new() { RetryMinutes = pause, MaxAttempts = 9 };
}
