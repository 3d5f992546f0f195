using Dialer.Channels;
using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P12, P42: 15 minutes without the channel while numbers are due pause a campaign, also when the channel comes and goes.</summary>
public class ChannelOutageTests
{
    private static readonly UnixTime Noon = new(1_800_000_000_000);

    [Fact]
    public void ChannelThatIsAway_PausesAfter15Minutes_P12()
    {
        var outage = Open(default, 0, 14);
        Assert.False(outage.IsLasting);
        Assert.True(Open(outage, 15, 15).IsLasting);
    }

    [Fact]
    public void ChannelThatComesAndGoes_DoesSoToo_TrialsThatFailAreNoEndOfIt_P42()
    {
        var outage = default(ChannelOutage);
        for (var minute = 0; minute < 15; minute++)
        {
            outage = outage.Seen(BreakerState.Open, true, At(minute)).Seen(BreakerState.HalfOpen, false, At(minute));
        }

        Assert.False(outage.IsLasting);
        Assert.True(outage.Seen(BreakerState.HalfOpen, false, At(15)).IsLasting);
    }

    [Fact]
    public void ClosedBreaker_IsTheEndOfIt_P42()
    {
        var back = Open(default, 0, 14).Seen(BreakerState.Closed, true, At(15));
        Assert.Equal(default, back);
        Assert.False(Open(back, 16, 30).IsLasting);
    }

    [Fact]
    public void NightBetween_CountsAnew_BecauseNobodyCalls_P12()
    {
        var outage = Open(default, 0, 10);
        var morning = outage.Seen(BreakerState.Open, true, At(900));
        Assert.Equal((At(900), false), (morning.Since, morning.IsLasting));
        Assert.Equal(default, outage.Seen(BreakerState.Open, false, At(900)));
    }

    [Fact]
    public void ReportWithoutNumbersThatAreDue_BeginsNothing_P12() =>
        Assert.Equal(default, default(ChannelOutage).Seen(BreakerState.Open, false, Noon));

    private static ChannelOutage Open(ChannelOutage outage, int from, int to)
    {
        for (var minute = from; minute <= to; minute++)
        {
            outage = outage.Seen(BreakerState.Open, true, At(minute));
        }

        return outage;
    }

    private static UnixTime At(int minutes) => Noon + TimeSpan.FromMinutes(minutes);
}
