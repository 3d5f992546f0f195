using CsCheck;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Campaigns;

/// <summary>P23 against the obvious way: sort all that is due. I7: rows in hand are bounded.</summary>
public class LaneBoardLaws
{
    private static readonly UnixTime Noon = At("2026-07-06T12:00:00+03:00");

    private static readonly string[] Zones = ["Europe/Moscow", "Asia/Omsk", "Asia/Kamchatka", "Europe/Kaliningrad"];

    /// <summary>Few distinct values, so that ranks are often equal.</summary>
    private static readonly Gen<CallPolicy> Policy =
        from hasHours in Gen.Bool
        from opens in Gen.OneOf(8, 10, 12)
        from closes in Gen.OneOf(13, 18, 24)
        from retry in Gen.OneOf(0, 5, 90)
        select new CallPolicy
        {
            DefaultTime = hasHours ? [new MinuteRange((short)(opens * 60), (short)(closes * 60))] : null,
            RetryMinutes = retry == 0 ? null : retry,
            MaxAttempts = 3,
        };

    private static readonly Gen<BoardWorld> World =
        from always in Gen.Bool
        from lanes in Gen.Select(Gen.Null(Policy), Gen.Int[1, 3], Gen.OneOf(Zones)).Array[1, 6]
        from rows in Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Frequency((3, Gen.Int[-4, 1]), (1, Gen.Int[-3_000, 3_000])), Gen.Int[1, 40]).Array[0, 25]
        select Build(always, lanes, rows);

    [Fact]
    public void Order_IsTheFullSortOfAllDueRows_WhateverTheReadsAndTheWants()
    {
        Gen.Select(World, Gen.OneOf(1, 3, 20, 200).Array[20], Gen.Int[0, 600]).Sample(
            (world, wants, minutes) =>
            {
                world.Now = Noon + TimeSpan.FromMinutes(minutes);
                var sorted = world.Sorted();
                var isDue = sorted.ToHashSet();
                var given = new List<JobId>();
                for (var i = 0; given.Count < sorted.Count; i++)
                {
                    // those that can never be called come along, to be ended
                    var some = world.Take(wants[i % wants.Length]);
                    Assert.NotEmpty(some);
                    given.AddRange(some.Select(j => j.Row.Id).Where(isDue.Contains));
                }

                Assert.Equal(sorted, given);
            },
            iter: 1_000);
    }

    [Fact]
    public void IdleBoard_NamesTheFirstInstantAtWhichAnyRowMayBeCalledOrEnded()
    {
        Gen.Select(World, Gen.Int[0, 600]).Sample(
            (world, minutes) =>
            {
                world.Now = Noon + TimeSpan.FromMinutes(minutes);
                for (var i = 0; i < 200; i++)
                {
                    world.Take(10_000, out var idle);
                    Assert.NotNull(idle.IdleCode);
                    Assert.Equal(world.FirstDue(), idle.NextAt);
                    Assert.Equal(world.Rows.Count == 0, idle.IdleCode == IdleCodes.NoNumbers);
                    if (idle.NextAt.IsNever)
                    {
                        return;
                    }

                    Assert.True(idle.NextAt > world.Now);
                    world.Now = idle.NextAt;
                }
            },
            iter: 400);
    }

    [Fact]
    public void RowsInHand_AreNeverMoreThanOneReadPerLane()
    {
        Gen.Select(World, Gen.OneOf(1, 3, 20).Array[1, 30]).Sample(
            (world, wants) =>
            {
                world.Now = Noon;
                var given = 0;
                foreach (var want in wants)
                {
                    given += world.Take(want).Count;
                    var bound = 2 * world.Board.LaneCount * Math.Max(LaneBoard.MinRead, 2 * wants.Max());
                    Assert.InRange(world.RowsRead - given, 0, bound);
                }
            },
            iter: 500);
    }

    [Fact]
    public void NoRowIsLost_WhenRowsComeBackWithHints_AndLostHintsAreMended()
    {
        Gen.Select(World, Gen.Select(Gen.Int[0, 5], Gen.Int[0, 99]).Array[1, 60]).Sample(
            (world, ops) =>
            {
                world.Now = Noon;
                var away = new List<DueJob>();
                foreach (var (kind, pick) in ops)
                {
                    switch (kind)
                    {
                        case 0 or 1:
                            away.AddRange(world.Take(1 + pick % 9));
                            break;
                        case 2 when away.Count > 0:
                            // its attempt is over: it waits for its pause, and the hint may be lost
                            var back = away[pick % away.Count];
                            away.Remove(back);
                            world.Board.Done(back.Row.Id);
                            world.Add(back.Lane, world.Now, LaneKind.Pause, (int)back.Row.Id.Value);
                            if (pick % 2 == 0)
                            {
                                world.Board.Hint(back.Lane.Of(LaneKind.Pause), world.Now);
                            }

                            break;
                        case 3:
                            world.Now += TimeSpan.FromMinutes(pick);
                            break;
                        case 4 when pick % 3 == 0:
                            world.Board.Rewind();
                            break;
                        default:
                            break;
                    }
                }

                world.Board.Rewind();
                var due = world.Sorted();
                Assert.Empty(due.Except(world.Take(10_000).Select(j => j.Row.Id)));
            },
            iter: 700);
    }

    private static BoardWorld Build(bool always, (CallPolicy? Policy, int Priority, string Zone)[] lanes, (int Lane, bool IsPause, int Minutes, int Times)[] rows)
    {
        var world = new BoardWorld(Of("Europe/Moscow", always ? WeeklyHours.Always : Daily("09:00", "18:00")));
        var made = lanes.Select(l => world.AddLane(l.Policy, (byte)l.Priority, l.Zone)).ToList();
        foreach (var (lane, isPause, minutes, times) in rows)
        {
            for (var i = 0; i < times; i++)
            {
                world.Add(made[lane % made.Count], Noon + TimeSpan.FromMinutes(minutes), isPause ? LaneKind.Pause : LaneKind.At);
            }
        }

        return world;
    }
}
