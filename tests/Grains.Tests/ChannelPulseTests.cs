using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Channels;
using Dialer.Numbers;

namespace Dialer.Tests;

/// <summary>P42: what a silo knows of a channel between the channel's own words.</summary>
public class ChannelPulseTests
{
    private static readonly ChannelId Channel = new(5);
    private static readonly UnixTime Noon = new(1_800_000_000_000);

    private readonly ChannelPulse pulse = new();

    [Theory]
    [InlineData(BreakerState.Open, true, true)]
    [InlineData(BreakerState.HalfOpen, true, true)]
    [InlineData(BreakerState.Closed, true, false)]
    [InlineData(BreakerState.Open, false, false)]
    public void ChannelIsDown_AsItWasTold_AndNeverWithBreakerOff_P42(BreakerState breaker, bool hasBreaker, bool isDown)
    {
        Assert.False(pulse.IsDown(Channel, Noon));
        pulse.Told(Channel, breaker, hasBreaker, Noon);
        Assert.Equal(isDown, pulse.IsDown(Channel, Noon));
        Assert.False(pulse.IsDown(new ChannelId(6), Noon));
    }

    [Fact]
    public void WhatWasTold_IsForgottenAfterAWhile_SoThatNoSiloTakesAChannelForDownForEver_P42()
    {
        pulse.Told(Channel, BreakerState.Open, true, Noon);
        Assert.True(pulse.IsDown(Channel, Noon + ChannelPulse.Lifetime));
        Assert.False(pulse.IsDown(Channel, Noon + ChannelPulse.Lifetime + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void OlderWord_ThatComesLater_SaysNothing_P42()
    {
        pulse.Told(Channel, BreakerState.Open, true, Noon);
        pulse.Told(Channel, BreakerState.Closed, true, Noon - TimeSpan.FromMilliseconds(300));
        Assert.True(pulse.IsDown(Channel, Noon));
        pulse.Told(Channel, BreakerState.Closed, true, Noon + TimeSpan.FromMilliseconds(1));
        Assert.False(pulse.IsDown(Channel, Noon));
    }

    [Fact]
    public void FiveErrorsInARowHere_AreDown_BeforeTheChannelSaysSo_OnceItIsKnownToHaveABreaker_P42()
    {
        for (var i = 0; i < 5; i++)
        {
            pulse.Observe(Channel, End(CallClass.Technical, isChannelClass: true));
        }

        Assert.False(pulse.IsDown(Channel, Noon));
        pulse.Told(Channel, BreakerState.Closed, true, Noon);
        Assert.True(pulse.IsDown(Channel, Noon));
        pulse.Observe(Channel, End(CallClass.Busy));
        Assert.False(pulse.IsDown(Channel, Noon));
    }

    private static CallEnded End(CallClass callClass, bool isChannelClass = false) => new()
    {
        Try = new TryId(new JobId(1), 1),
        Campaign = new CampaignId(1),
        Phone = new PhoneNumber(79_161_234_567),
        Seq = 1,
        At = Noon,
        Class = callClass,
        IsChannelClass = isChannelClass,
    };
}
