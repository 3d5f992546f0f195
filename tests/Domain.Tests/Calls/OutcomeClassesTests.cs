using Dialer.Calls;
using Dialer.Domain.Calls;

namespace Dialer.Tests.Calls;

/// <summary>P8, P12, P25, P40, P42 and the bot protocol's reasons.</summary>
public class OutcomeClassesTests
{
    private static readonly UnixTime Error = new(1_000);

    [Theory]
    [InlineData(CallClass.None, false, false, null)]
    [InlineData(CallClass.Answered, true, false, null)]
    [InlineData(CallClass.BotFailed, true, false, null)]
    [InlineData(CallClass.Busy, true, false, "BUSY")]
    [InlineData(CallClass.Rejected, true, true, "BUSY")]
    [InlineData(CallClass.NoAnswer, true, false, "NO_ANSWER")]
    [InlineData(CallClass.Unreachable, true, false, "NO_ANSWER")]
    [InlineData(CallClass.Nonexistent, true, true, null)]
    [InlineData(CallClass.Technical, false, true, null)]
    [InlineData(CallClass.Cancelled, false, false, null)]
    [InlineData(CallClass.Unknown, false, false, null)]
    [InlineData(CallClass.NotPlaced, false, false, null)]
    public void Class_MeansWhatTheTableSays(CallClass callClass, bool isPlaced, bool isSuspicious, string? reason)
    {
        Assert.Equal(isPlaced, OutcomeClasses.IsPlaced(callClass));
        Assert.Equal(isSuspicious, OutcomeClasses.IsSuspicious(callClass));
        Assert.Equal(reason, OutcomeClasses.NotConnectedReason(callClass));
    }

    [Theory]
    [InlineData(CallClass.Answered, 999, false)]
    [InlineData(CallClass.Answered, 1_000, false)]
    [InlineData(CallClass.Answered, 1_001, true)]
    [InlineData(CallClass.BotFailed, 999, false)]
    [InlineData(CallClass.BotFailed, 1_001, true)]
    [InlineData(CallClass.Busy, 0, true)]
    [InlineData(CallClass.NoAnswer, 0, true)]
    [InlineData(CallClass.Nonexistent, 0, true)]
    [InlineData(CallClass.Technical, 0, false)]
    [InlineData(CallClass.Cancelled, 0, false)]
    [InlineData(CallClass.Unknown, 0, false)]
    [InlineData(CallClass.NotPlaced, 0, false)]
    public void OutcomeShowsThatTheTrunkWorks_UnlessItsTalkIsOlderThanTheLastError(CallClass callClass, int answeredAt, bool shows)
    {
        Assert.Equal(shows, OutcomeClasses.ShowsChannelUp(callClass, new UnixTime(answeredAt), Error));
    }
}
