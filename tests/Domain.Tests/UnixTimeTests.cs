namespace Dialer.Tests;

public class UnixTimeTests
{
    [Fact]
    public void UnixTime_RoundTripsThroughDateTimeOffset()
    {
        var at = new UnixTime(1_764_000_000_123);
        Assert.Equal(at, UnixTime.From(at.ToDateTimeOffset()));
    }
}
