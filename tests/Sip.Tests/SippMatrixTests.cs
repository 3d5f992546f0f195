using System.Text;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Sip;

/// <summary>P40 against SIPp: the dialed number picks the outcome; ours and SIPp's own verdict must both be right.</summary>
public class SippMatrixTests
{
    private static readonly (long Phone, CallClass Class, int Status)[] Matrix =
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

    [Fact]
    public async Task EveryRowOfTheMatrix_OverUdp_HasItsOutcome_AndSippAgrees_P40()
    {
        await using var sipp = await SippServer.StartAsync("uas-matrix.xml", Matrix.Length);
        var sink = new RecordingSink();
        var driver = new SipCallDriver(
            new SipTrunk
            {
                Remote = sipp.Address,
                Host = "127.0.0.1",
                Port = sipp.Address.Port,
                Domain = "dialer.test",
                Key = Encoding.ASCII.GetBytes("a key of the test"),
            },
            sink,
            TimeProvider.System,
            NullLogger<SipCallDriver>.Instance);
        await using var _ = driver;
        for (var i = 0; i < Matrix.Length; i++)
        {
            var command = new DialCommand(
                new TryId(new JobId(i + 1), 1), new CampaignId(1), new PhoneNumber(Matrix[i].Phone), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2), Channels.Scenario.None);
            Assert.True((await driver.DialAsync(command, TestContext.Current.CancellationToken)).IsAccepted);
        }

        await sink.EndsAsync(Matrix.Length, "the matrix");
        var ends = Matrix.Select((m, i) => (m.Phone, End: Assert.IsType<CallEnded>(sink.Of(new TryId(new JobId(i + 1), 1))[^1])));
        Assert.Equal(Matrix, ends.Select(e => (e.Phone, e.End.Class, e.End.Cause.SipCode)));
        sink.CheckLaws();
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }
}
