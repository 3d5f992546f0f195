using CsCheck;
using Dialer.Calendars;
using Dialer.Domain.Calendars;
using Dialer.Subscribers;

namespace Dialer.Tests.Calendars;

/// <summary>P3, P4, P60: the calendar against the slow reference of <see cref="CalendarCase"/>.</summary>
public class LaneCalendarLaws
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void IsOpen_AgreesWithEveryClock()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant.Array[8]).Sample(
            (lane, instants) =>
            {
                var calendar = Compile(lane);
                return instants.All(at => calendar.IsOpen(at) == lane.IsOpen(at));
            },
            iter: 4_000);
    }

    [Fact]
    public void Opening_HoldsTheInstant_AndIsOpenInside()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant).Sample(
            (lane, at) =>
            {
                var calendar = Compile(lane);
                var (since, closes) = (calendar.OpenSince(at), calendar.ClosesAt(at));
                Assert.Equal(calendar.IsOpen(at), since <= at && at < closes);
                if (!calendar.IsOpen(at))
                {
                    return;
                }

                Assert.True(since.IsNone || (lane.IsOpen(since) && !lane.IsOpen(since - Tick)), $"opened {since}");
                Assert.True(closes.IsNever || (lane.IsOpen(closes - Tick) && !lane.IsOpen(closes)), $"closes {closes}");
                Assert.All(Between(UnixTime.Max(since, at - TimeSpan.FromDays(3)), UnixTime.Min(closes, at + TimeSpan.FromDays(3))), t => Assert.True(lane.IsOpen(t)));
            },
            iter: 2_000);
    }

    [Fact]
    public void NextOpen_IsTheFirstOpenInstant()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant).Sample(
            (lane, from) =>
            {
                var calendar = Compile(lane);
                var next = calendar.NextOpen(from);
                Assert.True(next >= from);
                Assert.All(Between(from, UnixTime.Min(next, from + TimeSpan.FromDays(8))), t => Assert.False(lane.IsOpen(t)));
                if (next.IsNever)
                {
                    Assert.NotEqual(EndReason.None, calendar.WhyNever(from));
                    return;
                }

                Assert.True(lane.IsOpen(next));
                Assert.True(calendar.IsOpen(next));
                Assert.True(next == from || !lane.IsOpen(next - Tick));
                Assert.Equal(EndReason.None, calendar.WhyNever(from));
            },
            iter: 1_500);
    }

    [Fact]
    public void Answers_DoNotDependOnWhatWasAskedBefore()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant.Array[2, 30]).Sample(
            (lane, instants) =>
            {
                var asked = Compile(lane);
                foreach (var at in instants)
                {
                    var fresh = Compile(lane);
                    Assert.Equal(fresh.NextOpen(at + TimeSpan.FromHours(7)), asked.NextOpen(at + TimeSpan.FromHours(7)));
                    Assert.Equal(fresh.IsOpen(at), asked.IsOpen(at));
                    Assert.Equal(fresh.OpenSince(at), asked.OpenSince(at));
                    Assert.Equal(fresh.ClosesAt(at), asked.ClosesAt(at));
                    Assert.Equal(fresh.NextOpen(at), asked.NextOpen(at));
                }
            },
            iter: 300);
    }

    [Fact]
    public void NoStart_IsOutsideTheOuterHours_InAnyZoneTheyAreJudgedIn()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant).Where((lane, _) => lane.OuterZones.Length > 0 && !lane.Skips).Sample(
            (lane, from) =>
            {
                var calendar = Compile(lane);
                for (var (at, i) = (calendar.NextOpen(from), 0); !at.IsNever && i < 20; i++)
                {
                    var last = calendar.ClosesAt(at) - Tick;
                    foreach (var (zone, country) in lane.OuterZones)
                    {
                        Assert.True(CalendarCase.InOuter(CalendarCase.Local(at, zone), country));
                        Assert.True(CalendarCase.InOuter(CalendarCase.Local(last + lane.Terms.Channel.RingTimeout, zone), country));
                    }

                    at = calendar.NextOpen(last + Tick);
                }
            },
            iter: 600);
    }

    [Fact]
    public void NoStart_IsOutsideThePolicysWindows_InLocalTime()
    {
        Gen.Select(CalendarGen.Case, CalendarGen.Instant).Where((lane, _) => lane.Policy is not null && !lane.Skips).Sample(
            (lane, from) =>
            {
                var calendar = Compile(lane);
                for (var (at, i) = (calendar.NextOpen(from), 0); !at.IsNever && i < 20; i++)
                {
                    Assert.All(lane.WindowZones, zone => Assert.True(lane.InWindow(CalendarCase.Local(at, zone))));
                    Assert.True(lane.NotAfter.IsNone || at < lane.NotAfter);
                    at = calendar.NextOpen(calendar.ClosesAt(at));
                }
            },
            iter: 600);
    }

    [Fact]
    public void SkippedLane_IsNeverOpen()
    {
        // a lane that skips is a rare draw: the others must say that they do not
        Gen.Select(CalendarGen.Case, CalendarGen.Instant).Sample(
            (lane, at) =>
            {
                var calendar = Compile(lane);
                return !lane.Skips ? !calendar.Skip : calendar.Skip && calendar.IsNever && !calendar.IsOpen(at) && calendar.NextOpen(at).IsNever
                    && calendar.WhyNever(at) == EndReason.ZoneUnknown;
            },
            iter: 3000);
    }

    private static LaneCalendar Compile(CalendarCase lane) => LaneCalendar.Compile(lane.Terms, lane.Zone, lane.Policy).Until(lane.NotAfter);

    private static IEnumerable<UnixTime> Between(UnixTime from, UnixTime to)
    {
        // on the five-minute marks, where windows begin, and just before them
        for (var at = new UnixTime((from.Ms / 300_000 + 1) * 300_000); at < to; at += Step)
        {
            yield return at;
            if (at - Tick > from)
            {
                yield return at - Tick;
            }
        }
    }
}
