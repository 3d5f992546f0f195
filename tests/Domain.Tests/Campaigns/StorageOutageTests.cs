using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P12: storage that fails for long pauses, like a channel that is down for long.</summary>
public class StorageOutageTests
{
    private static readonly UnixTime Start = new(1_700_000_000_000);

    private static UnixTime At(double minutes) => Start + TimeSpan.FromMinutes(minutes);

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [InlineData(40, true)]
    public void FailuresOnEnd_AreALongOutageAfterFifteenMinutes_WhileItGoesOnAndJustAfter(int minutes, bool isLong)
    {
        var outage = Failing(minutes);
        Assert.Equal(isLong ? new LongOutage(At(0), At(minutes)) : null, outage.Lasting(At(minutes + 1)));
        outage.Succeeded(At(minutes + 0.5));
        Assert.Equal(isLong ? new LongOutage(At(0), At(minutes + 0.5)) : null, outage.Lasting(At(minutes + 1)));
        Assert.Null(outage.Lasting(At(minutes + 3)));
    }

    [Fact]
    public void FailuresBetweenWritesThatWork_AreNoOutage_HoweverLongTheyGoOn()
    {
        var outage = new StorageOutage();
        for (var i = 0; i < 60; i++)
        {
            outage.Failed(At(i));
            outage.Succeeded(At(i + 0.1));
            Assert.Null(outage.Lasting(At(i + 0.2)));
        }
    }

    [Fact]
    public void FailuresFarApart_AreOutagesOfTheirOwn()
    {
        var outage = new StorageOutage();
        for (var i = 0; i < 20; i++)
        {
            outage.Failed(At(3 * i));
            Assert.Null(outage.Lasting(At(3 * i)));
        }
    }

    private static StorageOutage Failing(int minutes)
    {
        var outage = new StorageOutage();
        for (var i = 0; i <= minutes; i++)
        {
            outage.Failed(At(i));
        }

        return outage;
    }
}
