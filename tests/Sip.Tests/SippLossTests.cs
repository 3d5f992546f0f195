using Dialer.Calls;

namespace Dialer.Tests.Sip;

/// <summary>A trunk over a bad line: SIPp throws away many messages.</summary>
public class SippLossTests
{
    private const long Phone = 79_002_000_100;

    [Fact]
    public async Task Calls_WithManyMessagesLost_AreAnswered_AndSippAgrees()
    {
        await using var sipp = await SippServer.StartAsync("uas-lossy.xml", 6);
        await using var calls = new TrunkCalls(sipp.Address, t => t with { ProvisionalLimit = TimeSpan.FromSeconds(30) });
        var ends = await calls.CallAllAsync([.. Enumerable.Range(0, 6).Select(i => Phone + i)], TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1));
        Assert.All(ends, e => Assert.Equal(CallClass.Answered, e.Class));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }
}
