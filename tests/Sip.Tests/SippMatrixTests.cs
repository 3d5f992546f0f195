using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

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
        var ends = await DialAsync(sipp, [.. Matrix.Select(m => m.Phone)], TimeSpan.FromSeconds(1.5));
        Assert.Equal(Matrix, Matrix.Zip(ends, (m, e) => (m.Phone, e.Class, e.Cause.SipCode)));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    [Theory]
    [InlineData("uas-auth401.xml", 1, CallClass.Answered)]
    [InlineData("uas-auth407.xml", 1, CallClass.Answered)]
    [InlineData("uas-100rel.xml", 1, CallClass.Answered)]
    [InlineData("uas-fork2xx.xml", 1, CallClass.Answered)]
    [InlineData("uas-reinvite.xml", 1, CallClass.Answered)]
    [InlineData("uas-lossy.xml", 6, CallClass.Answered)]
    public async Task SingleScenario_EndsAsItShould_AndSippAgrees(string scenario, int calls, CallClass expected)
    {
        await using var sipp = await SippServer.StartAsync(scenario, calls);
        var ends = await DialAsync(sipp, [.. Enumerable.Range(0, calls).Select(i => 79_002_000_100 + i)], TimeSpan.FromSeconds(30));
        Assert.All(ends, e => Assert.Equal(expected, e.Class));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    private static async Task<IReadOnlyList<CallEnded>> DialAsync(SippServer sipp, IReadOnlyList<long> phones, TimeSpan ring)
    {
        var sink = new RecordingSink();
        await using var side = new SipSide(sipp.Address, sink, t => t with { Credentials = new DigestCredentials("dialer", "secret") });
        var ids = phones.Select((_, i) => new TryId(new JobId(i + 1), 1)).ToList();
        for (var i = 0; i < phones.Count; i++)
        {
            var command = new DialCommand(
                ids[i], new CampaignId(1), new PhoneNumber(phones[i]), ring, TimeSpan.FromSeconds(2), Channels.Scenario.None);
            Assert.True((await side.Driver.DialAsync(command, TestContext.Current.CancellationToken)).IsAccepted);
        }

        await sink.EndsAsync(phones.Count, "all calls");
        sink.CheckLaws();
        return [.. ids.Select(id => Assert.IsType<CallEnded>(sink.Of(id)[^1]))];
    }
}
