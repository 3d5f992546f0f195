using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Campaigns;

/// <summary>P18, P23, P37, I7: which numbers come next, and why none does.</summary>
public class LaneBoardTests
{
    private static readonly UnixTime Six = At("2026-07-06T18:00:00+03:00");
    private static readonly UnixTime Morning = At("2026-07-06T08:00:00+03:00");

    /// <summary>calls-api §4.5: the vendor's own example, with windows that are open to the end of the day.</summary>
    [Fact]
    public void VendorsExample_AtSix_IsB_A_D_C()
    {
        var world = new BoardWorld(Of("Europe/Moscow")) { Now = Six };
        var a = world.Add(world.AddLane(Hours("17:00", "21:00")), Morning);
        var b = world.Add(world.AddLane(Hours("18:00", "18:30")), Morning);
        var c = world.Add(world.AddLane(Hours("17:00", "24:00")), Morning);
        var d = world.Add(world.AddLane(Hours("16:00", "24:00")), Morning);
        Assert.Equal([b, a, d, c], world.Take(9).Select(j => j.Row.Id));
    }

    /// <summary>The same example, with the open ends given as start instants of numbers that may be called at any time.</summary>
    [Fact]
    public void VendorsExample_WithStartInstants_IsTheSame()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var open = world.AddLane(new CallPolicy { MaxAttempts = 3 });
        var a = world.Add(world.AddLane(Hours("17:00", "21:00")), Morning);
        var b = world.Add(world.AddLane(Hours("18:00", "18:30")), Morning);
        var c = world.Add(open, At("2026-07-06T17:00:00+03:00"));
        var d = world.Add(open, At("2026-07-06T16:00:00+03:00"));
        Assert.Equal([b, a, d, c], world.Take(9).Select(j => j.Row.Id));
    }

    [Fact]
    public void Priority_ComesFirst_ThenOwnPolicies_ThenTheWindowThatClosesSoonest()
    {
        var world = new BoardWorld(Of("Europe/Moscow", Daily("00:00", "18:10"))) { Now = Six };
        var lowOwn = world.Add(world.AddLane(Hours("17:00", "18:01"), priority: 5), Morning);
        var plain = world.Add(world.AddLane(priority: 3), Morning);
        var own = world.Add(world.AddLane(Hours("17:00", "23:00"), priority: 3), Morning);
        var soon = world.Add(world.AddLane(Hours("17:00", "19:00"), priority: 3), Morning);
        var first = world.Add(world.AddLane(priority: 1), Six);
        Assert.Equal([first, soon, own, plain, lowOwn], world.Take(9).Select(j => j.Row.Id));
    }

    [Fact]
    public void NumberPastItsFinishInstant_IsGivenOutToBeEnded_AndNotDialed_P20()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        world.Add(lane, Morning, notAfter: Six);
        world.Add(lane, Morning, notAfter: Six + TimeSpan.FromMilliseconds(1));
        world.Add(lane, Morning);
        Assert.Equal([true, false, false], world.Take(9).Select(j => j.IsToEnd));
    }

    [Fact]
    public void LanesOfEqualRank_AreMergedByWhoWaitsLongest_ThenByCreation()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var one = world.AddLane(zone: "Europe/Moscow");
        var two = world.AddLane(zone: "Asia/Omsk");
        for (var i = 0; i < 100; i++)
        {
            world.Add(i % 2 == 0 ? one : two, Morning + TimeSpan.FromMinutes(i / 4));
        }

        Assert.Equal(world.Sorted(), world.Take(100).Select(j => j.Row.Id));
    }

    [Fact]
    public void NumbersOfAWindowThatOpenedLater_DoNotWaitLonger_ThanItIsOpen()
    {
        // both close at 21:00 by their own clock or another's; Omsk is three hours ahead and opened earlier
        var world = new BoardWorld(Of("Europe/Moscow")) { Now = Six };
        var old = world.Add(world.AddLane(Hours("17:30", "21:00")), Morning);
        var young = world.Add(world.AddLane(Hours("17:00", "21:00")), Morning + TimeSpan.FromMinutes(1));
        Assert.Equal([young, old], world.Take(9).Select(j => j.Row.Id));
    }

    [Fact]
    public void PauseLane_IsDueWhenItsPauseIsOver()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var job = world.Add(world.AddLane(), Six - TimeSpan.FromMinutes(10), LaneKind.Pause);
        Assert.Empty(world.Take(1, out var step));
        Assert.Equal((Six + TimeSpan.FromMinutes(20), IdleCodes.Pause), (step.NextAt, step.IdleCode));
        world.Now = step.NextAt - TimeSpan.FromMilliseconds(1);
        Assert.Empty(world.Take(1));
        world.Now = step.NextAt;
        var given = Assert.Single(world.Take(1));
        Assert.Equal((job, step.NextAt), (given.Row.Id, given.DueAt));
    }

    [Fact]
    public void IdleReason_IsNoNumbers_WhenNothingWaits()
    {
        var world = new BoardWorld(Of("Europe/Moscow")) { Now = Six };
        world.AddLane();
        Assert.Empty(world.Take(1, out var step));
        Assert.Equal((UnixTime.Never, IdleCodes.NoNumbers), (step.NextAt, step.IdleCode));
    }

    [Fact]
    public void IdleReason_IsTheWindow_WhenNumbersAreDueButNoneMayBeCalled()
    {
        var world = new BoardWorld(Of("Europe/Moscow")) { Now = Six };
        world.Add(world.AddLane(), Morning);
        Assert.Empty(world.Take(1, out var step));
        Assert.Equal((At("2026-07-07T09:00:00+03:00"), IdleCodes.Window), (step.NextAt, step.IdleCode));
        world.Now = step.NextAt;
        Assert.Single(world.Take(1));
    }

    [Fact]
    public void IdleReason_IsNotBefore_WhenNumbersStartLater()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        world.Add(world.AddLane(), Six + TimeSpan.FromHours(3));
        world.Add(world.AddLane(), Six + TimeSpan.FromHours(2));
        Assert.Empty(world.Take(1, out var step));
        Assert.Equal((Six + TimeSpan.FromHours(2), IdleCodes.NotBefore), (step.NextAt, step.IdleCode));
    }

    [Fact]
    public void NumbersThatCanNeverBeCalled_AreGivenOut_ToBeEnded()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var expired = world.Add(world.AddLane(), Morning, notAfter: Six);
        var never = world.Add(world.AddLane(new CallPolicy { AllowedDays = 0 }), Morning);
        Assert.Equal([expired, never], world.Take(9).Select(j => j.Row.Id).Order());
    }

    [Fact]
    public void Hint_BringsANumberThatCameAfterItsLaneWasRead()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        world.Add(lane, Six);
        world.Take(1);
        Assert.Empty(world.Take(1));
        var job = world.Add(lane, Morning);
        Assert.Empty(world.Take(1));
        Assert.True(world.Board.Hint(lane.Id, Morning));
        Assert.Equal([job], world.Take(1).Select(j => j.Row.Id));
        Assert.False(world.Board.Hint(new LaneId(998), Morning));
    }

    [Fact]
    public void Hint_OfALaterInstant_IsWaitedFor()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        Assert.Empty(world.Take(1));
        world.Add(lane, Six + TimeSpan.FromMinutes(5));
        world.Board.Hint(lane.Id, Six + TimeSpan.FromMinutes(5));
        Assert.Empty(world.Take(1, out var step));
        Assert.Equal(Six + TimeSpan.FromMinutes(5), step.NextAt);
        world.Now = step.NextAt;
        Assert.Single(world.Take(1));
    }

    [Fact]
    public void LostHint_IsMendedByRewind()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        Assert.Empty(world.Take(1));
        var at = world.Add(lane, Morning);
        var pause = world.Add(lane, Morning, LaneKind.Pause);
        Assert.Empty(world.Take(9));
        world.Board.Rewind();
        Assert.Equal([at, pause], world.Take(9).Select(j => j.Row.Id).Order());
    }

    [Fact]
    public void RowGivenOut_IsNotGivenAgain_UntilTheBoardIsToldItIsDone()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        var job = world.Add(lane, Morning);
        world.Take(1);
        world.Add(lane, Morning, id: (int)job.Value);
        world.Board.Rewind();
        Assert.Empty(world.Take(1));
        world.Board.Done(job);
        world.Board.Rewind();
        Assert.Equal([job], world.Take(1).Select(j => j.Row.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AppendedRows_AreReadNext_WhereverTheirLaneWasReadUpTo(bool wasReadBeyond)
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        world.Add(lane, Morning);
        if (wasReadBeyond)
        {
            world.Add(lane, Six);
        }

        world.Take(9);
        var first = world.Add(lane, Morning, id: 500);
        var second = world.Add(lane, Morning, id: 501);
        world.Board.Appended(Morning, first);
        Assert.Equal([first, second], world.Take(9).Select(j => j.Row.Id));
    }

    [Fact]
    public void NewLane_IsTakenIn_AndAKnownOneIsLeftAsItIs()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        world.AddLane();
        Assert.Equal(1, world.Board.LaneCount);
        var late = world.AddLane();
        Assert.False(world.Board.Knows(late.Id));
        world.Board.Add(late);
        world.Board.Add(late);
        Assert.Equal(2, world.Board.LaneCount);
        Assert.True(world.Board.Knows(late.Of(LaneKind.Pause)));
        world.Add(late, Morning);
        Assert.Single(world.Take(1));
    }

    [Fact]
    public void TakingAFewOfAHugeLane_ReadsAFew()
    {
        var world = new BoardWorld(Of("Europe/Moscow", WeeklyHours.Always)) { Now = Six };
        var lane = world.AddLane();
        for (var i = 0; i < 5_000; i++)
        {
            world.Add(lane, Morning);
        }

        Assert.Equal(10, world.Take(10).Count);
        Assert.True(world.RowsRead <= LaneBoard.MinRead, $"{world.RowsRead} rows read for 10");
        Assert.Equal(4_990, world.Take(10_000).Count);
        Assert.InRange(world.LargestRead, LaneBoard.MinRead, LaneBoard.MaxRead);
    }

    private static CallPolicy Hours(string from, string to) => new() { DefaultTime = [Window(from, to)] };
}
