using CsCheck;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P39: calls started in any rolling second.</summary>
public class RollingRateTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void NoLimit_GrantsEverything()
    {
        var rate = new RollingRate();
        rate.Grant(1_000, TimeSpan.Zero);
        Assert.Equal(int.MaxValue, rate.Available(0, Expiry, TimeSpan.Zero));
    }

    [Fact]
    public void Grants_LeaveTheWindow_ASecondAndAnExpiryLater()
    {
        var rate = new RollingRate();
        Assert.Equal(5, rate.Available(5, Expiry, Ms(0)));
        rate.Grant(3, Ms(0));
        rate.Grant(0, Ms(1));
        Assert.Equal(2, rate.Available(5, Expiry, Ms(1)));
        rate.Grant(2, Ms(500));
        Assert.Equal(0, rate.Available(5, Expiry, Ms(1200)));
        Assert.Equal(3, rate.Available(5, Expiry, Ms(1201)));
        Assert.Equal(3, rate.Available(5, Expiry, Ms(1700)));
        Assert.Equal(5, rate.Available(5, Expiry, Ms(1701)));
    }

    [Fact]
    public void LoweredLimit_GrantsNothing_UntilFewerAreInTheWindow()
    {
        var rate = new RollingRate();
        rate.Grant(5, Ms(0));
        Assert.Equal(0, rate.Available(3, Expiry, Ms(10)));
        Assert.Equal(3, rate.Available(3, Expiry, Ms(1201)));
    }

    [Fact]
    public void Wait_IsLongEnough_AndNoLonger()
    {
        var rate = new RollingRate();
        Assert.Equal(TimeSpan.Zero, rate.Wait(Expiry, Ms(0)));
        rate.Grant(5, Ms(100));
        var wait = rate.Wait(Expiry, Ms(400));
        Assert.Equal(0, rate.Available(5, Expiry, Ms(400) + wait - Ms(1)));
        Assert.Equal(5, rate.Available(5, Expiry, Ms(400) + wait));
    }

    [Fact]
    public void NoRollingSecondOfUse_HasMoreStartsThanTheRate_WhenTokensAreUsedAtAnyMomentTheyHold()
    {
        var asks = Gen.Select(Gen.Int[0, 400], Gen.Int[1, 12], Gen.Int[0, 200]).Array[1, 60];
        Gen.Select(Gen.Int[1, 10], asks).Sample(
            (perSecond, plan) =>
            {
                var rate = new RollingRate();
                var now = TimeSpan.Zero;
                var used = new List<TimeSpan>();
                foreach (var (after, want, delay) in plan)
                {
                    now += Ms(after);
                    var count = Math.Min(want, rate.Available(perSecond, Expiry, now));
                    rate.Grant(count, now);
                    used.AddRange(Enumerable.Repeat(now + Ms(delay), count));
                }

                Assert.All(used, at => Assert.InRange(used.Count(u => u >= at && u < at + Second), 1, perSecond));
            },
            iter: 3_000);
    }

    [Fact]
    public void SteadyDemand_GetsNearlyTheWholeRate()
    {
        var rate = new RollingRate();
        var granted = 0;
        for (var ms = 0; ms < 60_000; ms += 20)
        {
            var count = rate.Available(10, Expiry, Ms(ms));
            rate.Grant(count, Ms(ms));
            granted += count;
        }

        Assert.InRange(granted, 480, 600);
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
}
