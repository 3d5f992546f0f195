using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>Calls that a lost process left ringing, by what is stored of its lines (P30).</summary>
public class SipLineTests
{
    private static readonly TryId Id = new(new JobId(1), 1);
    private static readonly PhoneNumber Phone = new(79_161_234_567);

    [Fact]
    public async Task TrunkThatDnsHasMoved_TheCallIsCancelledWhereItRings_P30()
    {
        using var former = new FarEnd { Usual = new Habit(0, TimeSpan.Zero) };
        using var today = new FarEnd();
        var sink = new RecordingSink();
        var lost = new SipSide(former.Address, sink);
        var line = await lost.Driver.LineAsync(Cancel);
        await lost.Driver.DialAsync(Command(line), Cancel);
        await sink.RingingAsync(Id, "the phone rings");
        await lost.KillAsync();

        await using var side = new SipSide(today.Address, sink);
        var moved = (await side.Driver.LineAsync(Cancel))!;
        Assert.Equal(OrphanResult.Over, await side.Driver.EndOrphanAsync(Orphan(line!.Split(' ')[0] + " " + moved.Split(' ')[1]), Cancel));
        Assert.Equal(1, former.Live);

        // both are stored while the phone may ring: only then is it over
        Assert.Equal(OrphanResult.Over, await side.Driver.EndOrphanAsync(Orphan($"{line}\n{moved}"), Cancel));
        Assert.Equal((0, 1), (former.Live, former.Cancelled));
    }

    [Fact]
    public async Task NoLineIsStored_NothingHadLeft_WhoeverAnswersToday_P30()
    {
        var far = new FarEnd();
        await using var side = new SipSide(far.Address, new RecordingSink());
        far.Dispose();
        Assert.Equal(OrphanResult.Over, await side.Driver.EndOrphanAsync(Orphan(null), Cancel));
        Assert.Equal(OrphanResult.MayBeUp, await side.Driver.EndOrphanAsync(Orphan(null) with { AnsweredAt = new UnixTime(2) }, Cancel));
        Assert.Equal(OrphanResult.MayBeUp, await side.Driver.EndOrphanAsync(Orphan("not a line"), Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:5060 UDP/127.0.0.9:5060")]
    public async Task CallGoesOnlyToWhereTheStoredLineSays_P30(string line)
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink);
        Assert.NotEqual("", await side.Driver.LineAsync(Cancel));
        Assert.True((await side.Driver.DialAsync(Command(line), Cancel)).IsAccepted);
        var ended = await sink.EndedAsync(Id, "there is nowhere to go");
        Assert.Equal((CallClass.Technical, 0), (ended.Class, far.Calls));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static OrphanCall Orphan(string? line) => new(Id, Phone, new UnixTime(1), UnixTime.None, null, line);

    private static DialCommand Command(string? line) =>
        new(Id, new CampaignId(1), Phone, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), Scenario.None, Line: line);
}
