using CsCheck;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P39, P43: the lines of a channel shared by campaigns.</summary>
public class LineLedgerTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMilliseconds(200);
    private static readonly CampaignId A = new(1);
    private static readonly CampaignId B = new(2);
    private static readonly CampaignId C = new(3);

    [Fact]
    public void LonelyCampaign_GetsAllFreeLines_AndNoMore()
    {
        var ledger = new LineLedger();
        Assert.Equal(10, Ask(ledger, A, live: 0, lines: 10, want: 50));
        Assert.Equal((0, 10), (ledger.Live, ledger.Outstanding));
        Assert.Equal(0, Ask(ledger, A, live: 0, lines: 10, want: 50, settled: 0));
        Assert.Equal(3, Ask(ledger, A, live: 7, lines: 10, want: 50, settled: 1));
        Assert.Equal(0, Ask(ledger, A, live: 10, lines: 10, want: 50, settled: 2));
        Assert.Equal(0, Ask(ledger, A, live: 0, lines: 10, want: 0, settled: 2));
    }

    [Fact]
    public void LoweredLines_GrantNothing_UntilFewerAreInUse()
    {
        var ledger = new LineLedger();
        Ask(ledger, A, live: 8, lines: 10, want: 0);
        Assert.Equal(0, Ask(ledger, A, live: 8, lines: 5, want: 4));
        Assert.Equal(1, Ask(ledger, A, live: 4, lines: 5, want: 4));
    }

    [Fact]
    public void CampaignAboveItsShare_LeavesWhatOthersAreOwed()
    {
        var ledger = new LineLedger();
        Ask(ledger, A, live: 9, lines: 10, want: 0);
        Assert.Equal(1, Ask(ledger, B, live: 0, lines: 10, want: 5));
        Assert.Equal(0, Ask(ledger, A, live: 6, lines: 10, want: 5));
        Assert.Equal(3, Ask(ledger, B, live: 1, lines: 10, want: 9, settled: 1));
    }

    [Fact]
    public void RivalThatHasNotAskedLately_IsOwedNothing()
    {
        var ledger = new LineLedger();
        Ask(ledger, B, live: 0, lines: 1, want: 5, settled: 99);
        ledger.Report(B, 0, 99, 5, TimeSpan.Zero);
        Ask(ledger, A, live: 5, lines: 10, want: 0);
        Assert.Equal(5, ledger.Fair(A, 10, 9, TimeSpan.FromMilliseconds(2001)));
        Assert.True(ledger.Fair(A, 10, 9, TimeSpan.FromMilliseconds(2000)) < 5);
    }

    [Fact]
    public void LostReport_IsMendedByTheLiveRows_OnceItsTokensHaveExpired()
    {
        var ledger = new LineLedger();
        Ask(ledger, A, live: 0, lines: 10, want: 10);
        ledger.Reconcile(new Dictionary<CampaignId, int> { [A] = 4 }, TimeSpan.FromSeconds(1), Expiry);
        Assert.Equal((0, 10), (ledger.Live, ledger.Outstanding));
        ledger.Reconcile(new Dictionary<CampaignId, int> { [A] = 4 }, TimeSpan.FromSeconds(3), Expiry);
        Assert.Equal((4, 0), (ledger.Live, ledger.Outstanding));
        ledger.Reconcile(new Dictionary<CampaignId, int>(), TimeSpan.FromSeconds(9), Expiry);
        Assert.Equal((0, 0), (ledger.Live, ledger.Outstanding));
    }

    [Fact]
    public void NewActivation_CountsTheLiveRowsFirst()
    {
        var ledger = new LineLedger();
        ledger.Reconcile(new Dictionary<CampaignId, int> { [A] = 4, [B] = 5 }, TimeSpan.Zero, Expiry);
        Assert.Equal(9, ledger.Live);
        Assert.Equal(1, Ask(ledger, C, live: 0, lines: 10, want: 5));
    }

    [Fact]
    public void FreshReport_OutweighsTheLiveRows()
    {
        var ledger = new LineLedger();
        ledger.Report(A, 7, 0, 0, TimeSpan.FromSeconds(10));
        ledger.Reconcile(new Dictionary<CampaignId, int> { [A] = 2 }, TimeSpan.FromSeconds(10), Expiry);
        Assert.Equal(7, ledger.Live);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 5)]
    [InlineData(2, 3)]
    public void FewerLinesThanCampaigns_AreTakenInTurns_EvenIfTheLastHolderAlwaysAsksFirst(int lines, int campaigns)
    {
        var ledger = new LineLedger();
        var ids = Enumerable.Range(1, campaigns).Select(i => new CampaignId(i)).ToList();
        var live = ids.ToDictionary(id => id, _ => 0);
        var served = ids.ToDictionary(id => id, _ => 0);
        var calls = new Queue<CampaignId>();
        var now = TimeSpan.Zero;
        var bundle = 0L;
        void Try(CampaignId id)
        {
            ledger.Report(id, live[id], bundle, 4, now);
            var count = ledger.Fair(id, lines, 4, now);
            ledger.Grant(id, ++bundle, count, now);
            live[id] += count;
            served[id] += count;
            Enumerable.Repeat(id, count).ToList().ForEach(calls.Enqueue);
            ledger.Report(id, live[id], bundle, 4, now);
        }

        for (var round = 0; round < 60; round++)
        {
            now += TimeSpan.FromMilliseconds(100);
            ids.ForEach(Try);
            var holder = calls.Dequeue();
            live[holder]--;
            Try(holder);
        }

        Assert.All(ids, id => Assert.True(served[id] >= 60 / campaigns / 2, $"{id} got {served[id]} of {served.Values.Sum()}"));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 3)]
    [InlineData(5, 2)]
    [InlineData(10, 3)]
    public void Rate_IsSharedInTurns_EvenIfOneAlwaysAsksFirst_AndOftener_P43(int perSecond, int campaigns)
    {
        var rates = new RateWorld(perSecond, lines: 1000);
        var ids = Enumerable.Range(1, campaigns).Select(i => new CampaignId(i)).ToList();
        for (var tick = 0; tick < 1200; tick++)
        {
            rates.Now += TimeSpan.FromMilliseconds(50);
            rates.Ask(ids[0], want: 20);
            if (tick % 5 == 0)
            {
                ids.Skip(1).ToList().ForEach(id => rates.Ask(id, want: 20));
            }
        }

        var all = rates.Served.Values.Sum();
        // the window is a second and the life of a token, and a turn is waited for
        Assert.InRange(all, perSecond * 35, perSecond * 60);
        Assert.All(ids, id => Assert.InRange(rates.Served.GetValueOrDefault(id), all / campaigns * 3 / 4, (all / campaigns * 5 / 4) + 1));
    }

    [Fact]
    public void CampaignServedLastInThisWindow_WaitsWhileARivalIsOwedAStart_P43()
    {
        var rates = new RateWorld(perSecond: 2, lines: 1000);
        Assert.Equal(1, rates.Ask(A, want: 1));

        rates.Want(B, 5);
        Assert.Equal(0, rates.Ask(A, want: 5));
        Assert.Equal(1, rates.Ask(B, want: 5));
    }

    [Fact]
    public void LonelyCampaign_HasTheWholeRate_AndRivalsWithoutALineAreOwedNone_P43()
    {
        var rates = new RateWorld(perSecond: 10, lines: 10);
        Assert.Equal(10, rates.Ask(A, want: 30));

        // B has more than its half of the lines and waits for A's: the starts are A's meanwhile
        var busy = new RateWorld(perSecond: 1, lines: 10);
        busy.Live[B] = 6;
        busy.Live[A] = 2;
        for (var window = 0; window < 3; window++)
        {
            busy.Want(B, 4);
            Assert.Equal(1, busy.Ask(A, want: 4));
            busy.Now += TimeSpan.FromSeconds(1.5);
        }
    }

    /// <summary>
    /// Campaigns use their tokens within the expiry or throw them away; requests and answers get lost; campaigns vanish and come
    /// back. The calls that are really up never exceed the lines.
    /// </summary>
    [Fact]
    public void RealCalls_NeverExceedTheLines_HoweverReportsAndAnswersGetLost()
    {
        var op = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 99]);
        Gen.Select(Gen.Int[1, 12], op.Array[1, 120]).Sample(
            (lines, ops) =>
            {
                var world = new LedgerWorld(lines);
                foreach (var (kind, campaign, pick) in ops)
                {
                    world.Do(kind, campaign, pick);
                    Assert.True(world.Live <= lines, $"{world.Live} calls on {lines} lines");
                }
            },
            iter: 3_000);
    }

    private static long lastBundle;

    private static int Ask(LineLedger ledger, CampaignId id, int live, int lines, int want, long settled = 0)
    {
        ledger.Report(id, live, settled == 0 ? 0 : long.MaxValue, want, TimeSpan.Zero);
        var count = ledger.Fair(id, lines, want, TimeSpan.Zero);
        ledger.Grant(id, Interlocked.Increment(ref lastBundle), count, TimeSpan.Zero);
        return count;
    }

    /// <summary>A channel with a rate, as its grain asks the ledger; calls are over as they begin, but those that are said to be live.</summary>
    private sealed class RateWorld(int perSecond, int lines)
    {
        private readonly LineLedger ledger = new();
        private readonly RollingRate rate = new();
        private long bundle;

        public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

        public Dictionary<CampaignId, int> Live { get; } = [];

        public Dictionary<CampaignId, int> Served { get; } = [];

        public void Want(CampaignId id, int want) => ledger.Report(id, Live.GetValueOrDefault(id), bundle, want, Now);

        public int Ask(CampaignId id, int want)
        {
            Want(id, want);
            var fair = ledger.Fair(id, lines, want, Now);
            var count = ledger.FairStarts(id, perSecond, rate.Available(perSecond, Expiry, Now), RollingRate.Window(Expiry), lines, fair, Now);
            if (count > 0)
            {
                ledger.Grant(id, ++bundle, count, Now);
                rate.Grant(count, Now);
                Served[id] = Served.GetValueOrDefault(id) + count;
            }

            return count;
        }
    }

    private sealed class LedgerWorld(int lines)
    {
        private readonly LineLedger ledger = new();
        private readonly Asker[] askers = [.. Enumerable.Range(1, 3).Select(i => new Asker(new CampaignId(i)))];
        private (Dictionary<CampaignId, int> Rows, TimeSpan At)? read;
        private TimeSpan now;
        private long bundle;

        public int Live => askers.Sum(a => a.Live);

        public void Do(int kind, int campaign, int pick)
        {
            var asker = askers[campaign];
            switch (kind)
            {
                case 0 or 1 or 2:
                    Acquire(asker, 1 + pick % 9, isAnswerLost: pick % 5 == 0);
                    break;
                case 3 or 4 when asker.Tokens > 0 && now <= asker.Until:
                    var used = 1 + pick % asker.Tokens;
                    asker.Tokens -= used;
                    asker.Live += used;
                    break;
                case 5 when asker.Live > 0:
                    asker.Live -= 1 + pick % asker.Live;
                    break;
                case 6:
                    now += TimeSpan.FromMilliseconds(10 * pick);
                    break;
                case 7:
                    now += TimeSpan.FromMilliseconds(100 * pick);
                    break;
                case 8:
                    read = (askers.Where(a => a.Live > 0).ToDictionary(a => a.Id, a => a.Live), now);
                    break;
                case 9 when read is { } rows:
                    ledger.Reconcile(rows.Rows, rows.At, Expiry);
                    read = null;
                    break;
                default:
                    break;
            }
        }

        private void Acquire(Asker asker, int want, bool isAnswerLost)
        {
            // asking throws away what is left of the former bundle
            asker.Tokens = 0;
            ledger.Report(asker.Id, asker.Live, asker.Settled, want, now);
            var count = ledger.Fair(asker.Id, lines, want, now);
            if (count > 0)
            {
                ledger.Grant(asker.Id, ++bundle, count, now);
            }

            if (!isAnswerLost)
            {
                asker.Settled = count > 0 ? bundle : asker.Settled;
                asker.Tokens = count;
                asker.Until = now + Expiry;
            }
        }

        private sealed class Asker(CampaignId id)
        {
            public CampaignId Id => id;

            public int Live { get; set; }

            public int Tokens { get; set; }

            public TimeSpan Until { get; set; }

            public long Settled { get; set; }
        }
    }
}
