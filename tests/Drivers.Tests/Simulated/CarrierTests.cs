using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Simulated;

/// <summary>The carrier itself: its time, its memory, its trunk (P30, P42, P44).</summary>
public sealed class CarrierTests
{
    private static readonly TimeSpan Ring = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(3);
    private static readonly UnixTime Begin = UnixTime.From(CarrierRig.Begin);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_BearTheInstantsOfTheScriptHoweverFarTheClockJumps()
    {
        await using var rig = new CarrierRig();
        var id = await rig.DialAsync(rig.Callees.Answers(Ring, Talk), job: 1);
        await rig.Events.RingingAsync(id, "the phone rings");
        rig.Clock.Advance(TimeSpan.FromHours(1));
        var ended = await rig.Events.EndedAsync(id, "an hour later");
        Assert.Equal(
            [Begin, Begin + Ring, Begin + Ring + Talk],
            rig.Events.Of(id).Select(e => e.At));
        Assert.Equal((Begin + Ring, CallClass.Answered), (ended.AnsweredAt, ended.Class));
    }

    [Fact]
    public async Task ManyCalls_ComeInTheOrderOfTheirInstants()
    {
        await using var rig = new CarrierRig();
        var seen = new List<(CallEvent Event, UnixTime At)>();
        rig.Events.OnPost = e => seen.Add((e, e.At));
        for (var job = 1; job <= 200; job++)
        {
            await rig.DialAsync(rig.Callees.Answers(TimeSpan.FromMilliseconds(5 + (job * 37 % 100)), TimeSpan.FromMilliseconds(job * 53 % 100)), job);
        }

        rig.Clock.Advance(TimeSpan.FromMilliseconds(5));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Events.EndsAsync(200, "a second later");
        var later = seen.Where(e => e.Event is not CallRinging).Select(e => e.At).ToArray();
        Assert.Equal(later.Order(), later);
    }

    [Fact]
    public async Task SameSeed_GivesTheSameCallsInAnotherCarrier()
    {
        var first = await RunAsync(seed: 7, carrierSeed: null);
        Assert.Equal(first, await RunAsync(seed: 7, carrierSeed: null));
        Assert.Equal(first, await RunAsync(seed: 1, carrierSeed: 7));
        Assert.NotEqual(first, await RunAsync(seed: 8, carrierSeed: null));

        static async Task<IReadOnlyList<string>> RunAsync(int seed, int? carrierSeed)
        {
            await using var rig = new CarrierRig(o => o with { Seed = carrierSeed });
            var events = new RecordingSink();
            await using var driver = rig.NewDriver(events, new SimulatedSettings { Seed = seed });
            var ids = new List<TryId>();
            for (var job = 1; job <= 50; job++)
            {
                ids.Add(await rig.DialAsync(new PhoneNumber(79_001_000_000 + job), job, driver));
            }

            rig.Clock.Advance(TimeSpan.FromMinutes(5));
            await events.EndsAsync(50, "five minutes later");
            return [.. ids.Select(id => (CallEnded)events.Of(id)[^1]).Select(e => $"{e.Try} {e.Class} {e.Cause.SipCode} {e.AnsweredAt} {e.At}")];
        }
    }

    [Fact]
    public async Task Speed_QuickensCalleesButNotOurLimits()
    {
        await using var rig = new CarrierRig(o => o with { Speed = 10 });
        var answered = await rig.DialAsync(rig.Callees.Answers(Ring, Talk), job: 1);
        var ringing = await rig.DialAsync(rig.Callees.RingsForEver(), job: 2);
        rig.Clock.Advance((Ring + Talk) / 10);
        Assert.Equal(Begin + ((Ring + Talk) / 10), (await rig.Events.EndedAsync(answered, "ten times as fast")).At);
        rig.Clock.Advance(CarrierRig.Limit);
        Assert.Equal(Begin + CarrierRig.Limit, (await rig.Events.EndedAsync(ringing, "after our ring limit")).At);
    }

    [Fact]
    public async Task TrunkDies_RingingEndsTechnicallyTalkIsCutAndNothingNewIsTaken()
    {
        await using var rig = new CarrierRig();
        var talking = await rig.DialAsync(rig.Callees.Answers(Ring, hangsUpAfter: null), job: 1);
        rig.Clock.Advance(Ring);
        await rig.Events.AnsweredAsync(talking, "the callee answers");
        var ringing = await rig.DialAsync(rig.Callees.RingsForEver(), job: 2);
        Assert.True((await rig.Driver.ProbeAsync(Cancel)).IsUp);

        rig.Carrier.SetDown();
        var cut = await rig.Events.EndedAsync(talking, "the trunk died");
        Assert.Equal((CallClass.Answered, EndedBy.Network, Begin + Ring), (cut.Class, cut.By, cut.AnsweredAt));
        var failed = await rig.Events.EndedAsync(ringing, "the trunk died");
        Assert.Equal((CallClass.Technical, 503, true), (failed.Class, failed.Cause.SipCode, failed.IsChannelClass));
        var refused = await rig.Events.EndedAsync(await rig.DialAsync(rig.Callees.RingsForEver(), job: 3), "dialed into a dead trunk");
        Assert.Equal((CallClass.Technical, 503, true), (refused.Class, refused.Cause.SipCode, refused.IsChannelClass));
        var health = await rig.Driver.ProbeAsync(Cancel);
        Assert.False(health.IsUp);
        Assert.NotNull(health.Evidence);
        Assert.Equal(2, rig.Carrier.Tally.Received);
        Assert.Equal(4, rig.Ledger().Count);

        rig.Carrier.SetUp();
        Assert.True((await rig.Driver.ProbeAsync(Cancel)).IsUp);
        await rig.Events.RingingAsync(await rig.DialAsync(rig.Callees.RingsForEver(), job: 4), "the trunk is back");
    }

    [Fact]
    public async Task DrawnError_BelongsToItsNumber()
    {
        await using var rig = new CarrierRig();
        var id = await rig.DialAsync(rig.Callees.FailsTechnically(), job: 1);
        rig.Clock.Advance(Ring);
        var ended = await rig.Events.EndedAsync(id, "a drawn error");
        Assert.Equal((CallClass.Technical, 500, false), (ended.Class, ended.Cause.SipCode, ended.IsChannelClass));
    }

    [Fact]
    public async Task SameTryFromAnotherDriver_IsInTheBooksTwiceButIsOneCall()
    {
        await using var rig = new CarrierRig();
        var phone = rig.Callees.Answers(Ring, Talk);
        var id = await rig.DialAsync(phone, job: 1);
        var elsewhere = new RecordingSink();
        await using var other = rig.NewDriver(elsewhere);
        await rig.DialAsync(phone, job: 1, other);
        var repeated = await elsewhere.EndedAsync(id, "dialed again elsewhere");
        Assert.Equal((CallClass.Technical, 482, false), (repeated.Class, repeated.Cause.SipCode, repeated.IsChannelClass));

        rig.Clock.Advance(Ring + Talk);
        Assert.Equal(CallClass.Answered, (await rig.Events.EndedAsync(id, "the first call goes on")).Class);
        Assert.Equal([true, true, false], rig.Ledger().Select(l => l.IsStart));
        Assert.Equal((1, 1), (rig.Carrier.Tally.Received, rig.Carrier.Tally.Repeated));

        // and once more when the call is over
        var later = new RecordingSink();
        await using var third = rig.NewDriver(later);
        await rig.DialAsync(phone, job: 1, third);
        await later.EndedAsync(id, "dialed again after the end");
        Assert.Equal([true, true, false, true], rig.Ledger().Select(l => l.IsStart));
        Assert.Equal((1, 2), (rig.Carrier.Tally.Received, rig.Carrier.Tally.Repeated));
    }

    [Fact]
    public async Task OrphanThatNeverCame_IsNotTakenAfterwards()
    {
        await using var rig = new CarrierRig();
        var phone = rig.Callees.Answers(Ring, Talk);
        await using var other = rig.NewDriver(new RecordingSink());
        var orphan = new OrphanCall(new TryId(new JobId(1), 1), phone, Begin, UnixTime.None, null);
        Assert.Equal(OrphanResult.Over, await other.EndOrphanAsync(orphan, Cancel));
        Assert.Equal(CarrierFate.Unknown, rig.Carrier.Find(orphan.Id));

        var ended = await rig.Events.EndedAsync(await rig.DialAsync(phone, job: 1), "dialed after it was declared over");
        Assert.Equal(CallClass.Technical, ended.Class);
        Assert.Empty(rig.Ledger());
        Assert.Equal(0, rig.Carrier.Tally.Received);
    }

    [Fact]
    public async Task CarrierOutlivesAKilledDriver()
    {
        await using var rig = new CarrierRig();
        var phone = rig.Callees.Answers(Ring, Talk);
        var id = await rig.DialAsync(phone, job: 1);
        await ((SimulatedCallDriver)rig.Driver).AbandonAsync();
        Assert.Equal(CarrierFate.Live, rig.Carrier.Find(id));
        Assert.Equal([new CarrierLiveCall(id, phone, false, Begin)], rig.Carrier.LiveCalls());
        rig.Clock.Advance(Ring);
        Assert.True(Assert.Single(rig.Carrier.LiveCalls()).IsAnswered);
        rig.Clock.Advance(Talk);
        Assert.Equal(CarrierFate.Ended, rig.Carrier.Find(id));
        Assert.Empty(rig.Events.Of(id).OfType<CallEnded>());
    }

    [Fact]
    public async Task Memory_IsBoundedByNumberAndByAge()
    {
        await using var rig = new CarrierRig(o => o with { RememberedCalls = 2, RememberFor = TimeSpan.FromMinutes(1) });
        var ids = new List<TryId>();
        for (var job = 1; job <= 3; job++)
        {
            ids.Add(await rig.DialAsync(rig.Callees.Answers(TimeSpan.Zero, TimeSpan.Zero), job));
        }

        Assert.Equal([CarrierFate.Unknown, CarrierFate.Ended, CarrierFate.Ended], ids.Select(rig.Carrier.Find));
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        ids.Add(await rig.DialAsync(rig.Callees.Answers(TimeSpan.Zero, TimeSpan.Zero), job: 4));
        Assert.Equal([CarrierFate.Unknown, CarrierFate.Unknown, CarrierFate.Unknown, CarrierFate.Ended], ids.Select(rig.Carrier.Find));
    }

    [Fact]
    public async Task ThousandsHungUp_LaterCallsKeepTheirTimes()
    {
        await using var rig = new CarrierRig();
        for (var job = 1; job <= 3000; job++)
        {
            var id = await rig.DialAsync(rig.Callees.RingsForEver(), job);
            if (job % 3 != 0)
            {
                await rig.Driver.HangUpAsync(id, HangUpReason.Stop, Cancel);
            }
        }

        await rig.Events.EndsAsync(2000, "hung up");
        var answered = await rig.DialAsync(rig.Callees.Answers(Ring, Talk), job: 9000);
        rig.Clock.Advance(Ring + Talk);
        await rig.Events.EndedAsync(answered, "dialed among the rest");
        Assert.Equal(1000, rig.Carrier.Tally.Live);
        rig.Clock.Advance(CarrierRig.Limit);
        await rig.Events.EndsAsync(3001, "after the ring limit");
    }

    [Fact]
    public async Task ListenerThatThrows_SilencesNobodyElse()
    {
        await using var rig = new CarrierRig();
        rig.Events.OnPost = e => throw new InvalidOperationException("a bad sink");
        var calm = new RecordingSink();
        await using var other = rig.NewDriver(calm);
        await rig.DialAsync(rig.Callees.IsBusy(), job: 1);
        var id = await rig.DialAsync(rig.Callees.IsBusy(), job: 2, other);
        rig.Clock.Advance(Ring);
        await calm.EndedAsync(id, "beside a bad sink");
        Assert.Empty(rig.Driver.List());
    }

    [Fact]
    public async Task HangUpByTheBot_IsTheBots()
    {
        await using var rig = new CarrierRig();
        var id = await rig.DialAsync(rig.Callees.Answers(Ring, hangsUpAfter: null), job: 1);
        rig.Clock.Advance(Ring);
        await rig.Events.AnsweredAsync(id, "the callee answers");
        await rig.Driver.HangUpAsync(id, HangUpReason.Bot, Cancel);
        Assert.Equal(EndedBy.Bot, (await rig.Events.EndedAsync(id, "the bot hung up")).By);
    }
}
