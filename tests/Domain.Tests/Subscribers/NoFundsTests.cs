using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P46: a trunk without funds costs nobody anything; talk is billed by the channel's step.</summary>
public class NoFundsTests
{
    [Fact]
    public void NoFunds_SpendsNoAttempt_GrowsNoStreak_AndTheNumberRestsAMoment_P46()
    {
        var world = new SubscriberWorld(Attempts(1));
        world.DialWhenDue();
        world.End(CallClass.Technical);
        world.DialWhenDue();
        var ended = new CallEnded
        {
            Try = world.Row.Try,
            Campaign = world.Row.Campaign,
            Phone = Phone,
            Seq = 1,
            At = world.Now,
            Class = CallClass.Technical,
            Fault = Fault.Trunk,
            Cause = new RawCause(402),
            IsNoFunds = true,
        };
        var step = SubscriberMachine.Ended(world.Context(0), ended, world.Now, isChannelDown: false);
        Assert.Equal((JobStatus.Waiting, 0, 1), (step.Row.Status, step.Row.AttemptsTotal, step.Row.ErrorStreak));
        Assert.Equal(StepRules.NoFunds, step.Try!.Rule);
        Assert.Equal(world.Now + SubscriberMachine.ChannelDownPause, step.Row.NotBefore);
        Assert.True(step.Release!.GiveBackStart);
    }

    [Fact]
    public void Talk_IsBilledByTheChannelsStep_AndOnlyIfItWasSeenToEnd_P46()
    {
        var world = new SubscriberWorld(Attempts(3, shorter: 600));
        world.Terms = world.Terms with { Channel = world.Terms.Channel with { Billing = new BillingStep(60, 30) } };
        world.DialWhenDue();
        Assert.Equal(90, world.End(CallClass.Answered, talk: TimeSpan.FromSeconds(61)).Counters.BilledSeconds);
        world.DialWhenDue();
        Assert.Equal(0, world.End(CallClass.Busy).Counters.BilledSeconds);
        world.DialWhenDue();
        Assert.Equal(0, world.End(CallClass.Unknown, talk: TimeSpan.FromSeconds(30)).Counters.BilledSeconds);
    }
}
