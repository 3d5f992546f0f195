using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Time.Testing;

namespace Dialer.Tests.Simulated;

/// <summary>The link to a carrier process breaks in every phase of a call (P29, P30, P42).</summary>
public sealed class LinkCutTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DialThatNeverArrived_EndsTechnicallyWhenTheCarrierSaysSo()
    {
        await using var rig = new LinkRig();
        Assert.True((await rig.Driver.ProbeAsync(Cancel)).IsUp);
        rig.Wire.SwallowsToCarrier = true;
        var id = await rig.DialAsync(rig.Callee());
        await rig.Wire.SwallowedAsync("dial ");
        rig.Wire.Cut();
        rig.Wire.Mend();
        var ended = await rig.Events.EndedAsync(id, "after the link is back");
        Assert.Equal((CallClass.Technical, true, Fault.Trunk), (ended.Class, ended.IsChannelClass, ended.Fault));
        Assert.Equal(0, rig.Carrier.Tally.Received);
    }

    [Fact]
    public async Task CutWhileRinging_CallGoesOn()
    {
        await using var rig = new LinkRig();
        var (id, startedAt) = await rig.DialUntilRingingAsync();
        rig.Wire.Cut();
        rig.Wire.Mend();
        await UntilUpAsync(rig);
        Assert.Single(rig.Driver.List());
        rig.Clock.Advance(LinkRig.Ring);
        Assert.Equal(startedAt + LinkRig.Ring, (await rig.Events.AnsweredAsync(id, "after the link is back")).At);
        rig.Clock.Advance(LinkRig.Talk);
        Assert.Equal(CallClass.Answered, (await rig.Events.EndedAsync(id, "after the talk")).Class);
        Assert.Single(rig.Events.Of(id).OfType<CallRinging>());
        Assert.Equal((1, 0), (rig.Carrier.Tally.Received, rig.Carrier.Tally.Repeated));
    }

    [Fact]
    public async Task AnswerDuringTheBreak_IsToldWithItsInstant()
    {
        await using var rig = new LinkRig();
        var (id, startedAt) = await rig.DialUntilRingingAsync();
        rig.Wire.Cut();
        rig.Clock.Advance(LinkRig.Ring);
        rig.Wire.Mend();
        Assert.Equal(startedAt + LinkRig.Ring, (await rig.Events.AnsweredAsync(id, "after the link is back")).At);
        rig.Clock.Advance(LinkRig.Talk);
        Assert.Equal(EndedBy.Callee, (await rig.Events.EndedAsync(id, "after the talk")).By);
    }

    [Fact]
    public async Task CutDuringTheTalk_TheRealEndIsTold()
    {
        await using var rig = new LinkRig();
        var (id, startedAt) = await rig.DialUntilRingingAsync();
        rig.Clock.Advance(LinkRig.Ring);
        await rig.Events.AnsweredAsync(id, "the callee answers");
        rig.Wire.Cut();
        rig.Clock.Advance(LinkRig.Talk);
        rig.Wire.Mend();
        var ended = await rig.Events.EndedAsync(id, "after the link is back");
        Assert.Equal((CallClass.Answered, EndedBy.Callee), (ended.Class, ended.By));
        Assert.Equal((startedAt + LinkRig.Ring, startedAt + LinkRig.Ring + LinkRig.Talk), (ended.AnsweredAt, ended.At));
    }

    [Fact]
    public async Task AnswerAndEndLostOnTheWire_AreBothToldAfterwards()
    {
        await using var rig = new LinkRig();
        var (id, _) = await rig.DialUntilRingingAsync();
        rig.Wire.SwallowsToDialer = true;
        rig.Clock.Advance(LinkRig.Ring + LinkRig.Talk);
        await rig.Wire.SwallowedAsync("ended ");
        Assert.Equal(CarrierFate.Ended, rig.Carrier.Find(id));
        rig.Wire.Cut();
        rig.Wire.Mend();
        var ended = await rig.Events.EndedAsync(id, "after the link is back");
        Assert.Equal(CallClass.Answered, ended.Class);
        Assert.Single(rig.Events.Of(id).OfType<CallAnswered>());
    }

    [Fact]
    public async Task CutAfterTheEnd_TellsNothingMore()
    {
        await using var rig = new LinkRig();
        var (id, _) = await rig.DialUntilRingingAsync();
        rig.Clock.Advance(LinkRig.Ring + LinkRig.Talk);
        await rig.Events.EndedAsync(id, "after the talk");
        var told = rig.Events.Of(id).Count;
        rig.Wire.Cut();
        rig.Wire.Mend();
        await UntilUpAsync(rig);
        Assert.Equal(told, rig.Events.Of(id).Count);
        Assert.Empty(rig.Driver.List());
    }

    [Fact]
    public async Task HangUpDuringTheBreak_IsSaidWhenTheLinkIsBack()
    {
        await using var rig = new LinkRig();
        var (id, _) = await rig.DialUntilRingingAsync();
        rig.Wire.Cut();
        Assert.True(await rig.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel));
        rig.Wire.Mend();
        var ended = await rig.Events.EndedAsync(id, "after the link is back");
        Assert.Equal((CallClass.Cancelled, EndedBy.Ourselves), (ended.Class, ended.By));
        Assert.Equal(0, rig.Carrier.Tally.Live);
    }

    [Fact]
    public async Task CarrierRestartedDuringTheBreak_NobodyKnowsSoTheCallIsUnknown()
    {
        await using var rig = new LinkRig();
        var (rang, _) = await rig.DialUntilRingingAsync();
        rig.Wire.SwallowsToDialer = true;
        var unheard = await rig.DialAsync(rig.Callee());
        await rig.Wire.SwallowedAsync("ringing ");
        rig.Wire.Cut();
        await rig.RestartCarrierAsync();
        rig.Wire.Mend();
        Assert.Equal(CallClass.Unknown, (await rig.Events.EndedAsync(rang, "after the carrier's restart")).Class);

        // it may have rung at the carrier that died: not "never arrived", which would dial it again at once
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CallClass.Unknown, (await rig.Events.EndedAsync(unheard, "after the carrier's restart")).Class);
    }

    [Fact]
    public async Task NoLink_DialsEndTechnicallyAtOnceAndProbesTellWhy()
    {
        await using var rig = new LinkRig();
        Assert.True((await rig.Driver.ProbeAsync(Cancel)).IsUp);
        rig.Wire.Cut();
        TrunkHealth health;
        do
        {
            health = await rig.Driver.ProbeAsync(Cancel);
        }
        while (health.IsUp);

        Assert.Contains("no link to the simulated carrier", health.Evidence, StringComparison.Ordinal);
        var ended = await rig.Events.EndedAsync(await rig.DialAsync(rig.Callee()), "dialed without a link");
        Assert.Equal((CallClass.Technical, true), (ended.Class, ended.IsChannelClass));
        Assert.Equal(OrphanResult.MayBeUp, await rig.Driver.EndOrphanAsync(Orphan(new(new JobId(77), 1)), Cancel));

        rig.Wire.Mend();
        await UntilUpAsync(rig);
        await rig.Events.RingingAsync(await rig.DialAsync(rig.Callee()), "dialed after the link is back");
    }

    [Fact]
    public async Task CarrierNeverThere_FirstDialEndsTechnicallyWithoutWaitingForEver()
    {
        await using var rig = new LinkRig();
        rig.Wire.Cut();
        var events = new RecordingSink();
        await using var driver = rig.NewDriver(events);
        var id = new TryId(new JobId(5000), 1);
        await driver.DialAsync(new DialCommand(id, new CampaignId(1), rig.Callee(), LinkRig.Limit, LinkRig.Limit, Dialer.Channels.Scenario.None), Cancel);
        Assert.True((await events.EndedAsync(id, "no carrier at all")).IsChannelClass);
    }

    [Fact]
    public async Task NothingLearnedUntilTheLongestTime_CallIsGivenUpAsUnknown()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var rig = new LinkRig(clock);
        var (id, _) = await rig.DialUntilRingingAsync();
        rig.Wire.Cut();
        clock.Advance(LinkRig.Limit + LinkRig.Limit + SimulatedCallDriver.Grace - TimeSpan.FromSeconds(1));
        Assert.Single(rig.Driver.List());
        clock.Advance(TimeSpan.FromSeconds(3));
        var ended = await rig.Events.EndedAsync(id, "after ring limit, longest talk and grace");
        Assert.Equal((CallClass.Unknown, true), (ended.Class, ended.AnsweredAt.IsNone));
        Assert.Empty(rig.Driver.List());
    }

    [Fact]
    public async Task DisposeWithoutALink_EndsCallsAsUnknown()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var rig = new LinkRig(clock);
        var (id, _) = await rig.DialUntilRingingAsync();
        rig.Wire.Cut();
        var disposed = rig.Driver.DisposeAsync().AsTask();
        await AdvanceUntilAsync(clock, disposed);
        Assert.Equal(CallClass.Unknown, Assert.IsType<CallEnded>(rig.Events.Of(id)[^1]).Class);
    }

    [Fact]
    public async Task ConnectedButSilentCarrier_IsLinkedAnew()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var rig = new LinkRig(clock);
        var (id, _) = await rig.DialUntilRingingAsync();
        var again = rig.Wire.Connected;
        rig.Wire.SwallowsToDialer = true;
        await AdvanceUntilAsync(clock, again);
        rig.Wire.Mend();
        var answered = rig.Events.AnsweredAsync(id, "after the new link");
        await AdvanceUntilAsync(clock, answered);
    }

    [Fact]
    public async Task DialLeftInABrokenConnection_IsNotTakenOnceItWasAskedFor()
    {
        await using var rig = new LinkRig();
        using var old = await RawAsync(rig);
        using var anew = await RawAsync(rig);
        var phone = rig.Callee();

        await anew.SayAsync("query 900-1");
        Assert.StartsWith("unknown 900-1 ", await anew.HearAsync(), StringComparison.Ordinal);
        await old.SayAsync($"dial 900-1 {phone.Digits} 60000 60000");
        Assert.EndsWith(" Repeated", await old.HearAsync(), StringComparison.Ordinal);

        await anew.SayAsync("hangup 901-1");
        Assert.StartsWith("unknown 901-1 ", await anew.HearAsync(), StringComparison.Ordinal);
        await old.SayAsync($"dial 901-1 {phone.Digits} 60000 60000");
        Assert.EndsWith(" Repeated", await old.HearAsync(), StringComparison.Ordinal);
        Assert.Equal((0, 0), (rig.Carrier.Tally.Received, rig.Carrier.Tally.Repeated));
    }

    private static OrphanCall Orphan(TryId id) => new(id, new(79_990_000_001), TimeProvider.System.Now(), UnixTime.None, null);

    private static async Task UntilUpAsync(LinkRig rig)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!(await rig.Driver.ProbeAsync(patience.Token)).IsUp)
        {
            await Task.Yield();
        }
    }

    // Sockets move in real time, the driver's timers in fake time: lets both run until something has happened.
    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, Task happened)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!happened.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(5), Cancel));
        }

        await happened;
    }

    private static async Task<RawLine> RawAsync(LinkRig rig)
    {
        var client = new TcpClient();
        await client.ConnectAsync(rig.Wire.Target, Cancel);
        var line = new RawLine(client);
        Assert.Equal("carrier 1", await line.HearAsync());
        return line;
    }
}
