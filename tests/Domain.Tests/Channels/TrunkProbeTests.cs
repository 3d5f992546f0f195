using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P42: a bot's lost probe counts only when the trunk has answered one that was sent after it.</summary>
public class TrunkProbeTests
{
    [Theory]
    [InlineData(null, -1, true)]
    [InlineData(true, 4, true)]
    [InlineData(true, 5, false)]
    [InlineData(true, 6, false)]
    [InlineData(false, 4, false)]
    [InlineData(false, 6, false)]
    public void TrunkIsAsked_WhereItsLastAnswerIsOlderThanTheBotsProbe_P42(bool? isUp, int askedAt, bool mustAsk)
    {
        var last = askedAt < 0 ? TrunkProbe.None : new TrunkProbe(isUp, TimeSpan.FromSeconds(askedAt));
        Assert.Equal(mustAsk, last.MustAskFirst(TimeSpan.FromSeconds(5)));
    }
}
