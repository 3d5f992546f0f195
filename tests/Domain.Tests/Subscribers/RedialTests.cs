using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P5, P21, P26 and calls-api §3.2, §4.1: the series that a bot's redial opens.</summary>
public class RedialTests
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(60);

    [Fact]
    public void Redial_OpensANewSeries_AndClosesTheOldOneWithItsResult()
    {
        var world = new SubscriberWorld(Attempts(4));
        world.DialAndEnd(CallClass.Busy);
        var step = world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 2));
        Assert.Equal((JobStatus.Waiting, JobResult.None, 1, 0, 2), (step.Row.Status, step.Row.Result, step.Row.Series, step.Row.Attempts, step.Row.AttemptsTotal));
        Assert.Equal(StepRules.Redial, step.Try!.Rule);
        Assert.Equal((0, 2), (step.Try.Series, step.Try.AttemptNumber));
        var closed = Assert.Single(world.Series);
        Assert.Equal((0, 2, JobResult.Reached, world.Now), (closed.Series, closed.Attempts, closed.Result, closed.FinishedAt));
        Assert.Equal((0, 1, 0), (world.Sum.Final, world.Sum.Waiting, world.Sum.RedialsDropped));
        Assert.Equal(2, SeriesLength(world));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(50, 5)]
    [InlineData(0, 1)]
    public void Redial_HasAtMostFiveAttempts(int asked, int made)
    {
        var world = new SubscriberWorld(Attempts(1, pause: 1));
        world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: asked));
        Assert.Equal(made, SeriesLength(world));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(10, 5)]
    public void Redial_WithoutAttempts_TakesTheCampaignsInitialNumber_ButAtMostFive(int initial, int made)
    {
        var world = new SubscriberWorld(Attempts(initial, pause: 1), hasJob: false).AddJob(new CallPolicy { MaxAttempts = 2 });
        world.DialAndEnd(CallClass.Answered, Talk, Ask());
        Assert.Empty(world.Notes);
        Assert.Equal(made, SeriesLength(world));
    }

    [Fact]
    public void Redial_InheritsFromTheJob_ThenTheCampaign_AndKeepsItsOwnPriority()
    {
        var finish = Noon + TimeSpan.FromDays(3);
        var own = new CallPolicy { AllowedDays = 0b11111, DefaultTime = [new MinuteRange(600, 1200)], RetryMinutes = 7 };
        var world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(own, notAfter: finish);
        var step = world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 2));
        Assert.Equal((LaneKey.DefaultPriority, "Europe/Moscow"), (step.RedialLane!.Priority, step.RedialLane.Zone));
        Assert.Equal(own with { MaxAttempts = 2 }, step.RedialLane.Policy);
        Assert.Equal(finish, step.Row.NotAfter);

        var all = new CallPolicy
        {
            AllowedDays = 1,
            AllowedTime = new MinuteRange[]?[7],
            RetryMinutes = 3,
            MaxAttempts = 4,
        };
        world = new SubscriberWorld(Attempts(1), hasJob: false).AddJob(own, notAfter: finish);
        step = world.DialAndEnd(CallClass.Answered, Talk, new BotReply { Redial = new Redial { Policy = all, Priority = 1, NotAfter = finish + TimeSpan.FromHours(1) } });
        Assert.Equal((byte)1, step.RedialLane!.Priority);
        Assert.Equal(all, step.RedialLane.Policy);
        Assert.Equal(finish + TimeSpan.FromHours(1), step.Row.NotAfter);
        Assert.Null(step.RedialLane.Policy.DefaultTime);
    }

    [Fact]
    public void Redial_WithAStart_IsDueThen_AndWithoutOneAfterItsPause()
    {
        var at = Noon + TimeSpan.FromHours(5);
        var world = new SubscriberWorld(Attempts(1));
        world.DialAndEnd(CallClass.Answered, Talk, new BotReply { Redial = new Redial { StartAt = at } });
        world.DialWhenDue();
        Assert.Equal(at, world.Row.TryStartedAt);

        world = new SubscriberWorld(Attempts(1, pause: 30));
        world.DialAndEnd(CallClass.Answered, Talk, Ask(retry: 4));
        Assert.Equal(TimeSpan.FromMinutes(4), world.DialWhenDue());
        world.End(CallClass.Answered, Ring, Talk, Ask());
        Assert.Equal(TimeSpan.FromMinutes(4), world.DialWhenDue());
    }

    [Fact]
    public void Redial_IsCutToWhatIsLeftOfTheMaximum_AndSaysSo()
    {
        var world = new SubscriberWorld(Attempts(1, pause: 1, maximum: 3));
        var step = world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 5));
        var note = Assert.Single(step.Notes);
        Assert.Equal(("redial_cut", "2 of 5 attempts"), (note.Code, note.Detail));
        Assert.Equal(1, world.Sum.RedialsDropped);
        Assert.Equal(2, SeriesLength(world));
        Assert.Equal(3, world.Row.AttemptsTotal);
    }

    [Fact]
    public void Redial_ThatJustFits_IsNotCut()
    {
        var world = new SubscriberWorld(Attempts(1, maximum: 3));
        Assert.Empty(world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 2)).Notes);
        Assert.Equal(0, world.Sum.RedialsDropped);
    }

    [Theory]
    [InlineData(CallClass.Answered, JobResult.Reached)]
    [InlineData(CallClass.Busy, JobResult.NoAnswer)]
    public void Redial_WhenNothingIsLeftOfTheMaximum_IsDropped_AndTheJobEndsByItsLastAttempt(CallClass callClass, JobResult result)
    {
        var world = new SubscriberWorld(Attempts(1, maximum: 1));
        var step = world.DialAndEnd(callClass, callClass == CallClass.Answered ? Talk : null, Ask(attempts: 5));
        Assert.Equal((JobStatus.Final, result), (step.Row.Status, step.Row.Result));
        AssertDropped(world, "maximum of attempts");
    }

    [Fact]
    public void JobsOwnAttempts_RaiseTheCap_InItsRedialsToo()
    {
        var world = new SubscriberWorld(Attempts(1, pause: 1, maximum: 2), hasJob: false).AddJob(new CallPolicy { MaxAttempts = 6 });
        world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 2));
        world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 2));
        world.DialAndEnd(CallClass.Answered, Talk, Ask(attempts: 5));
        Assert.Equal("redial_cut", Assert.Single(world.Notes).Code);
        Assert.Equal(3, SeriesLength(world));
        Assert.Equal(6, world.Row.AttemptsTotal);
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Unreachable)]
    public void Redial_FromAnUnansweredCall_ReplacesWhatIsLeftOfTheSeries(CallClass callClass)
    {
        var world = new SubscriberWorld(Attempts(9, pause: 1));
        var step = world.DialAndEnd(callClass, bot: Ask(attempts: 2, retry: 5));
        Assert.Equal((JobStatus.Waiting, 1), (step.Row.Status, step.Row.Series));
        Assert.Equal(JobResult.NoAnswer, Assert.Single(world.Series).Result);
        Assert.Equal(TimeSpan.FromMinutes(5), world.DueIn);
        Assert.Equal(2, SeriesLength(world));
    }

    [Fact]
    public void Redial_BeatsTheRetryOfAShortCall()
    {
        var world = new SubscriberWorld(Attempts(9, shorter: 10));
        world.DialAndEnd(CallClass.Answered, TimeSpan.FromSeconds(3), Ask(attempts: 2, retry: 5));
        Assert.Equal((1, StepRules.Redial), (world.Row.Series, world.Tries[^1].Rule));
        Assert.Equal(JobResult.AnsweredShort, Assert.Single(world.Series).Result);
        Assert.Equal(TimeSpan.FromMinutes(5), world.DueIn);
    }

    [Theory]
    [InlineData(1, JobStatus.Waiting, 5)]
    [InlineData(4, JobStatus.Backoff, 8)]
    public void Redial_FromATechnicalFailure_WaitsForTheBackoffToo(int streak, JobStatus status, int minutes)
    {
        var world = new SubscriberWorld(Attempts(1));
        ErrorTests.Errors(world, streak - 1);
        world.DialWhenDue();
        var step = world.End(CallClass.Technical, bot: Ask(attempts: 2, retry: 5));
        Assert.Equal((status, streak, 1, 0), (step.Row.Status, step.Row.ErrorStreak, step.Row.Series, step.Row.AttemptsTotal));
        Assert.Equal(status == JobStatus.Backoff ? step.Row.NotBefore : UnixTime.None, step.RemindAt);
        Assert.Equal(JobResult.TechnicalError, Assert.Single(world.Series).Result);
        Assert.Equal(TimeSpan.FromMinutes(minutes), world.DialWhenDue());
    }

    [Fact]
    public void Redial_FromAFailureWhileTheChannelIsDown_IsKept()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.End(CallClass.Technical, bot: Ask(attempts: 2, retry: 5), isChannelClass: true, isChannelDown: true);
        Assert.Equal((1, 0), (world.Row.Series, world.Row.ErrorStreak));
        Assert.Equal(TimeSpan.FromMinutes(5), world.DialWhenDue());
    }

    [Fact]
    public void Redial_InAPausedCampaign_IsKept()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.Terms = world.Terms with { Status = CampaignStatus.Paused };
        Assert.Equal(1, world.End(CallClass.Answered, Talk, Talk, Ask(attempts: 2)).Row.Series);
    }

    [Theory]
    [InlineData(CampaignStatus.Finished)]
    [InlineData(CampaignStatus.Deleted)]
    public void Redial_InAFinishedCampaign_IsDropped_AndTheCallKeepsItsResult(CampaignStatus status)
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.Terms = world.Terms with { Status = status };
        world.End(CallClass.Answered, Talk, Talk, Ask(attempts: 2));
        Assert.Equal((JobStatus.Final, JobResult.Reached), (world.Row.Status, world.Row.Result));
        AssertDropped(world, "campaign finished");
    }

    [Fact]
    public void Redial_OfACancelledJob_IsDropped_AndAReachedCallKeepsItsResult()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.Cancel();
        world.End(CallClass.Answered, Talk, Talk, Ask(attempts: 2));
        Assert.Equal((JobStatus.Final, JobResult.Reached), (world.Row.Status, world.Row.Result));
        AssertDropped(world, "job cancelled");
    }

    [Fact]
    public void Redial_ToANumberThatDoesNotExist_IsDropped()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialAndEnd(CallClass.Nonexistent, bot: Ask(attempts: 2));
        Assert.Equal((JobStatus.Final, JobResult.Nonexistent), (world.Row.Status, world.Row.Result));
        AssertDropped(world, "no such number");
    }

    [Fact]
    public void Redial_WhenTheBotFailed_IsDropped()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(CallClass.BotFailed, Talk, Ask(attempts: 2));
        Assert.Equal((JobStatus.Waiting, 0), (world.Row.Status, world.Row.Series));
        AssertDropped(world, "the bot failed");
    }

    internal static BotReply Ask(int? attempts = null, int? retry = null) =>
        new() { Redial = new Redial { Policy = new CallPolicy { MaxAttempts = attempts, RetryMinutes = retry } } };

    [Fact]
    public void Redial_OfANumberThatTheTrunkMayNotCallAnyMore_IsDropped_P39()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialWhenDue();
        world.Terms = world.Terms with
        {
            Channel = world.Terms.Channel with { Kind = ChannelKind.Sip, Sip = new SipSettings { Host = "192.0.2.1", DestinationPrefixes = "375" } },
        };
        var step = world.End(CallClass.Answered, Talk, Talk, Ask(attempts: 2));
        Assert.Equal((JobStatus.Final, JobResult.Reached), (step.Row.Status, step.Row.Result));
        AssertDropped(world, "the trunk may not call such numbers");
    }

    internal static void AssertDropped(SubscriberWorld world, string why)
    {
        var note = Assert.Single(world.Notes);
        Assert.Equal(("redial_dropped", why, world.Now), (note.Code, note.Detail, note.At));
        Assert.Equal(1, world.Sum.RedialsDropped);
        Assert.Empty(world.Series);
    }

    /// <summary>Dials until the job is final, and counts the attempts.</summary>
    private static int SeriesLength(SubscriberWorld world)
    {
        var made = 0;
        for (; world.Row.Status != JobStatus.Final; made++)
        {
            Assert.InRange(made, 0, 99);
            world.DialAndEnd(CallClass.NoAnswer);
        }

        return made;
    }
}
