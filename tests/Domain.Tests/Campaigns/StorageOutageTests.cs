using Dialer.Campaigns;
using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P12: storage that fails for long pauses, like a channel that is down for long.</summary>
public class StorageOutageTests
{
    private static readonly UnixTime Start = new(1_700_000_000_000);

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [InlineData(40, true)]
    public void FailuresOnEnd_PauseAfterFifteenMinutes_P12(int minutes, bool pauses)
    {
        var outage = new StorageOutage();
        for (var i = 0; i <= minutes; i++)
        {
            outage.Failed(Start + TimeSpan.FromMinutes(i));
        }

        var cause = outage.Judge(Start + TimeSpan.FromMinutes(minutes + 1));
        Assert.Equal(pauses, cause is not null);
        Assert.True(cause is null || cause.Code == PauseCodes.StorageFailing);
    }

    [Fact]
    public void FailuresNowAndThen_AreOutagesOfTheirOwn()
    {
        var outage = new StorageOutage();
        for (var i = 0; i < 20; i++)
        {
            outage.Failed(Start + TimeSpan.FromMinutes(3 * i));
            Assert.Null(outage.Judge(Start + TimeSpan.FromMinutes(3 * i)));
        }
    }

    [Fact]
    public void LongOutageOfLongAgo_PausesNoMore()
    {
        var outage = new StorageOutage();
        for (var i = 0; i <= 20; i++)
        {
            outage.Failed(Start + TimeSpan.FromMinutes(i));
        }

        Assert.Null(outage.Judge(Start + TimeSpan.FromMinutes(23)));
        Assert.NotNull(outage.Judge(Start + TimeSpan.FromMinutes(22)));
        outage.Over();
        Assert.Null(outage.Judge(Start + TimeSpan.FromMinutes(22)));
    }
}
