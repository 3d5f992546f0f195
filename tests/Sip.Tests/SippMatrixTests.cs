using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>P40 against SIPp: the dialed number picks the outcome; ours and SIPp's own verdict must both be right.</summary>
public class SippMatrixTests
{
    internal static readonly (long Phone, CallClass Class, int Status)[] Matrix =
    [
        (79_000_000_400, CallClass.Technical, 400), (79_000_000_401, CallClass.Technical, 401), (79_000_000_403, CallClass.Rejected, 403),
        (79_000_000_404, CallClass.Nonexistent, 404), (79_000_000_408, CallClass.NoAnswer, 408), (79_000_000_410, CallClass.Nonexistent, 410),
        (79_000_000_422, CallClass.Technical, 422), (79_000_000_429, CallClass.Technical, 429), (79_000_000_480, CallClass.NoAnswer, 480),
        (79_000_000_484, CallClass.Nonexistent, 484), (79_000_000_486, CallClass.Busy, 486), (79_000_000_488, CallClass.Technical, 488),
        (79_000_000_500, CallClass.Technical, 500), (79_000_000_502, CallClass.Technical, 502), (79_000_000_503, CallClass.Technical, 503),
        (79_000_000_504, CallClass.Technical, 504), (79_000_000_600, CallClass.Busy, 600), (79_000_000_603, CallClass.Rejected, 603),
        (79_000_000_604, CallClass.Nonexistent, 604), (79_000_000_607, CallClass.Rejected, 607), (79_000_000_608, CallClass.Rejected, 608),
        (79_001_000_010, CallClass.Answered, 200), (79_001_000_050, CallClass.Answered, 200), (79_002_000_001, CallClass.Answered, 200),
        (79_003_000_001, CallClass.NoAnswer, 487), (79_004_000_010, CallClass.Answered, 200), (79_005_000_001, CallClass.NoAnswer, 487),
        (79_006_000_001, CallClass.Answered, 200), (79_007_000_001, CallClass.Technical, 302), (79_009_000_001, CallClass.Nonexistent, 404),
    ];

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task EveryRowOfTheMatrix_HasItsOutcome_AndSippAgrees_P40(SipTransport transport)
    {
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", Matrix.Length, transport);
        await using var calls = new TrunkCalls(sipp.Address, t => t with { Transport = transport });
        var ends = await calls.CallAllAsync([.. Matrix.Select(m => m.Phone)], TimeSpan.FromSeconds(1.5));
        Assert.Equal(Matrix, Matrix.Zip(ends, (m, e) => (m.Phone, e.Class, e.Cause.SipCode)));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }
}
