using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A trunk that says nothing.</summary>
public class SippSilenceTests
{
    private const long Phone = 79_002_000_100;

    [Fact]
    public async Task TrunkThatSaysNothing_IsTechnical_OfTheChannel_AndHearsNothingMore_I2_P40() =>
        // after 0, 0.5, 1.5 and 3.5 s; the next would be due at 7.5 s (RFC 3261 §17.1.1.2)
        await Task.WhenAll(SilentAsync(SipTransport.Udp, 4), SilentAsync(SipTransport.Tcp, 1));

    private static async Task SilentAsync(SipTransport transport, int sent)
    {
        await using var sipp = await SippServer.StartAsync("uas-silent.xml", 1, transport);
        await using var calls = new TrunkCalls(sipp.Address, t => t with { Transport = transport, ProvisionalLimit = TimeSpan.FromSeconds(4) });
        var end = await calls.CallAsync(Phone);
        Assert.Equal((CallClass.Technical, 0, true), (end.Class, end.Cause.SipCode, end.IsChannelClass));

        await Task.Delay(TimeSpan.FromSeconds(4.5), TestContext.Current.CancellationToken);
        Assert.Equal((sent, 0), (sipp.Received("INVITE"), sipp.Received("CANCEL")));
    }
}
