using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P41: an answered call spends an attempt; nobody is rung again and again to hear silence.</summary>
public class BotFailedTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(59, 60)]
    [InlineData(60, 60)]
    [InlineData(61, 61)]
    [InlineData(2880, 2880)]
    public void CallWithoutItsBot_IsRetriedAfterThePause_ButNotSoonerThanAnHour(int pause, int minutes)
    {
        var world = new SubscriberWorld(Attempts(2, pause));
        var step = world.DialAndEnd(CallClass.BotFailed, Silence);
        Assert.Equal((JobStatus.Waiting, 1), (step.Row.Status, step.Row.AttemptsTotal));
        Assert.Equal((CallClass.BotFailed, StepRules.BotFailed), (step.Try!.Class, step.Try.Rule));
        Assert.False(step.Release!.GiveBackStart);
        Assert.Equal(TimeSpan.FromMinutes(minutes), world.DialWhenDue());
    }

    [Theory]
    [InlineData(30)]
    [InlineData(90)]
    public void LoweredPause_DoesNotBringThePhoneBackWithinTheHour(int pause)
    {
        var world = new SubscriberWorld(Attempts(2, pause));
        world.DialAndEnd(CallClass.BotFailed, Silence);
        world.Terms = world.Terms with { Settings = world.Terms.Settings with { Attempts = Attempts(2, pause: 1) } };
        Assert.True(world.DialWhenDue() >= TimeSpan.FromMinutes(60));
    }

    [Fact]
    public void CallWithoutItsBot_OnTheLastAttempt_EndsAsBotFailed()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialAndEnd(CallClass.BotFailed, Silence);
        Assert.Equal((JobStatus.Final, JobResult.BotFailed), (world.Row.Status, world.Row.Result));
        Assert.Equal(1, world.Sum.NotAnswered);
    }

    [Fact]
    public void CallWithoutItsBot_IsNoTechnicalError_AndItsTalkIsCounted()
    {
        var world = new SubscriberWorld(Attempts(2));
        world.DialAndEnd(CallClass.BotFailed, Silence);
        Assert.Equal((0, 3_000L, (byte)0), (world.Sum.TechnicalFailures, world.Sum.TalkMs, world.Row.ErrorStreak));
    }
}
