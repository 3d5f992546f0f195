using CsCheck;
using Dialer.Calls;
using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P2, P30: the campaign's semaphore.</summary>
public class PermitTableTests
{
    [Fact]
    public void Permits_AreNeverMoreThanTheMaximum()
    {
        var table = new PermitTable(2);
        Assert.True(table.TryTake(Try(1), T(0)));
        Assert.False(table.TryTake(Try(1), T(0)));
        Assert.True(table.TryTake(Try(2), T(0)));
        Assert.False(table.TryTake(Try(3), T(0)));
        Assert.Equal((2, 0), (table.InUse, table.Free));
        Assert.True(table.Release(Try(1)));
        Assert.False(table.Release(Try(1)));
        Assert.True(table.TryTake(Try(3), T(0)));
        Assert.True(table.Holds(Try(3)));
        Assert.False(table.Holds(Try(1)));
    }

    [Fact]
    public void LoweredMaximum_CutsNothing_AndStartsNothingUntilFewerAreInUse()
    {
        var table = new PermitTable(3);
        Assert.All(Enumerable.Range(1, 3), i => Assert.True(table.TryTake(Try(i), T(0))));
        table.Maximum = 1;
        Assert.Equal((3, 0), (table.InUse, table.Free));
        table.Release(Try(1));
        table.Release(Try(2));
        Assert.False(table.TryTake(Try(4), T(0)));
        table.Release(Try(3));
        Assert.True(table.TryTake(Try(4), T(0)));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    [InlineData(11, false)]
    public void PermitWithoutALiveRow_IsFreed_OnlyIfItsAdmissionHadRepliedBeforeTheReadBegan(int? repliedAt, bool isFreed)
    {
        var table = new PermitTable(2);
        table.TryTake(Try(1), T(0));
        if (repliedAt is { } at)
        {
            table.Replied(Try(1), T(at));
        }

        Assert.Equal(isFreed ? 1 : 0, table.Reconcile([], T(10)));
        Assert.Equal(!isFreed, table.Holds(Try(1)));
    }

    [Fact]
    public void LiveRows_KeepTheirPermits_AndGetThoseTheyLack_EvenAboveTheMaximum()
    {
        var table = new PermitTable(1);
        table.TryTake(Try(1), T(0));
        table.Replied(Try(1), T(1));
        Assert.Equal(0, table.Reconcile([Try(1), Try(2), Try(3)], T(10)));
        Assert.Equal((3, 0), (table.InUse, table.Free));
        Assert.Equal(2, table.Reconcile([Try(1)], T(20)));
        Assert.Equal(1, table.InUse);
    }

    [Fact]
    public void Rebuild_StartsFromTheLiveRows_WhichCountAsReplied()
    {
        var table = new PermitTable(5);
        table.TryTake(Try(1), T(0));
        table.Rebuild([Try(2)], T(5));
        Assert.False(table.Holds(Try(1)));
        Assert.False(table.IsOverdue(T(1000)));
        Assert.Equal(1, table.Reconcile([], T(6)));
    }

    [Fact]
    public void AdmissionWithoutAReply_IsOverdue_AfterItsLimit()
    {
        var table = new PermitTable(5);
        table.TryTake(Try(1), T(10));
        Assert.False(table.IsOverdue(T(10)));
        Assert.True(table.IsOverdue(T(11)));
        table.Replied(Try(1), T(12));
        Assert.False(table.IsOverdue(T(1000)));
    }

    [Fact]
    public void ReplyAfterTheCallWasOver_BringsNoPermitBack()
    {
        var table = new PermitTable(5);
        table.TryTake(Try(1), T(0));
        table.Release(Try(1));
        table.Replied(Try(1), T(1));
        Assert.Equal(0, table.InUse);
    }

    /// <summary>
    /// The real calls are in the store; replies, releases and reads come late or never. Permits always cover the real calls, so
    /// that P2 holds; and they are found again once all is quiet.
    /// </summary>
    [Fact]
    public void RealCalls_NeverExceedTheMaximum_HoweverLateRepliesReadsAndReleasesCome()
    {
        var op = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 99]);
        Gen.Select(Gen.Int[1, 4], op.Array[1, 150]).Sample(
            (maximum, ops) =>
            {
                var world = new PermitWorld(maximum);
                foreach (var (kind, pick) in ops)
                {
                    world.Do(kind, pick);
                    Assert.True(world.Live <= maximum, $"{world.Live} calls, maximum {maximum}");
                    Assert.True(world.Uncovered == 0, "a call without a permit");
                }

                world.Settle();
                Assert.Equal(world.Live, world.Table.InUse);
            },
            iter: 3_000);
    }

    private static TryId Try(int n) => new(new JobId(n), 1);

    private static UnixTime T(int ms) => new(1_000_000 + ms);

    private sealed class PermitWorld(int maximum)
    {
        private readonly List<TryId> asked = [];
        private readonly List<TryId> stored = [];
        private readonly HashSet<TryId> live = [];
        private (HashSet<TryId> Rows, UnixTime At)? read;
        private int next;
        private int now;

        public PermitTable Table { get; } = new(maximum);

        public int Live => live.Count;

        public int Uncovered => live.Count(id => !Table.Holds(id));

        public void Do(int kind, int pick)
        {
            now++;
            switch (kind)
            {
                case 0 or 1:
                    var id = Try(++next);
                    if (Table.TryTake(id, T(now)))
                    {
                        asked.Add(id);
                    }

                    break;
                case 2 when asked.Count > 0:
                    // the intent is stored; its answer is still under way
                    var intent = Take(asked, pick);
                    live.Add(intent);
                    stored.Add(intent);
                    break;
                case 3 when stored.Count > 0:
                    Table.Replied(Take(stored, pick), T(now));
                    break;
                case 4 when live.Count > 0:
                    var over = live.ElementAt(pick % live.Count);
                    live.Remove(over);
                    if (pick % 3 > 0)
                    {
                        Table.Release(over);
                    }

                    break;
                case 5:
                    read = ([.. live], T(now));
                    break;
                case 6 when read is { } rows:
                    Table.Reconcile(rows.Rows, rows.At);
                    read = null;
                    break;
                default:
                    break;
            }
        }

        /// <summary>All replies arrive, refused admissions give their permit back, and the rows are read twice.</summary>
        public void Settle()
        {
            stored.ForEach(id => Table.Replied(id, T(now)));
            asked.ForEach(id => Table.Release(id));
            now++;
            Table.Reconcile([.. live], T(now));
        }

        private static TryId Take(List<TryId> from, int pick)
        {
            var id = from[pick % from.Count];
            from.Remove(id);
            return id;
        }
    }
}
