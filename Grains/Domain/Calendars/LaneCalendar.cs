using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Calendars;

/// <summary>
/// When calls of one lane may start: windows (P3) on the clocks of P4, within the outer hours (P60); <see cref="Until"/> ends it at a
/// job's finish instant. Compiled once per lane and epoch from today's settings. It answers the same for the same instant for ever; what
/// it remembers of the last answers only makes the next one cheap, so any thread may ask.
/// </summary>
public sealed class LaneCalendar
{
    /// <summary>How far ahead an opening is looked for. A year and a bit: every yearly turn of the clocks is in it.</summary>
    public const int MaxSearchDays = 400;

    private const long DayMs = 24 * 60 * 60 * 1000;

    // No week has an opening that lasts longer unless it lasts for ever: a closing that a skipped hour swallowed comes a week later.
    private const long MaxOpenMs = 32 * DayMs;

    // The zone table ends with the calendar; what would be judged past it is never.
    private static readonly long LastJudged = UnixTime.Never.Ms - (MaxSearchDays + 1) * DayMs;

    private readonly LocalHours[] hours;
    private readonly long finishAt;

    private OpenSpan? here;
    private OpenSpan? ahead;

    private LaneCalendar(LocalHours[]? hours, UnixTime finishAt)
    {
        this.hours = hours ?? [];
        this.finishAt = finishAt.IsNone ? UnixTime.Never.Ms : finishAt.Ms;
        Skip = hours is null;
        IsNever = Skip || this.hours.Any(h => h.IsNever);
        IsAlways = !IsNever && this.hours.All(h => h.IsAlways);
    }

    /// <summary>The zone is not certain and the campaign skips such numbers: its jobs end <c>notDone</c>, <c>zone_unknown</c> (P4).</summary>
    public bool Skip { get; }

    /// <summary>No day has a window, or <see cref="Skip"/>. Windows that no clock ever opens are told by <see cref="NextOpen"/>.</summary>
    public bool IsNever { get; }

    /// <summary>Open day and night, up to the finish instant.</summary>
    public bool IsAlways { get; }

    /// <param name="terms">The campaign's terms of this epoch.</param>
    /// <param name="zone">The zone as found: key of <see cref="ZoneFound"/>, <see cref="LaneKey.Zone"/> of the lane.</param>
    /// <param name="policy">The lane's own conditions; null = the campaign's.</param>
    /// <exception cref="ArgumentException">The campaign's time zone does not exist.</exception>
    public static LaneCalendar Compile(CampaignTerms terms, string zone, CallPolicy? policy)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(zone);
        return new LaneCalendar(LaneRules.Compile(terms, zone, policy), UnixTime.None);
    }

    /// <summary>The same up to a job's finish instant (P20): nothing is open then or later. None = the same.</summary>
    public LaneCalendar Until(UnixTime notAfter) => notAfter.IsNone ? this : new LaneCalendar(Skip ? null : hours, notAfter);

    /// <summary>Whether a call may start.</summary>
    public bool IsOpen(UnixTime now) => Judge(now.Ms, ref here).IsOpen;

    /// <summary>
    /// When it opened; none when it is closed, and when it is always open. Windows that touch are one, over midnight too.
    /// </summary>
    public UnixTime OpenSince(UnixTime now) => Judge(now.Ms, ref here) is { IsOpen: true } span ? new UnixTime(span.From) : UnixTime.None;

    /// <summary>The first instant at which no call may start any more; none when it is closed, <see cref="UnixTime.Never"/> when it never closes.</summary>
    public UnixTime ClosesAt(UnixTime now) => Judge(now.Ms, ref here) is { IsOpen: true } span ? new UnixTime(span.To) : UnixTime.None;

    /// <summary>
    /// The first instant, <paramref name="from"/> or later, at which a call may start; <see cref="UnixTime.Never"/> when there
    /// is none before the finish instant or within <see cref="MaxSearchDays"/>.
    /// </summary>
    public UnixTime NextOpen(UnixTime from)
    {
        var span = here is { } now && now.Holds(from.Ms) ? now : Judge(from.Ms, ref ahead);
        return span.IsOpen ? from : new UnixTime(span.NextOpen);
    }

    /// <summary>
    /// Why no call may start at <paramref name="from"/> or later: the zone, the finish instant, or windows that never open.
    /// <see cref="EndReason.None"/> when one may.
    /// </summary>
    public EndReason WhyNever(UnixTime from)
    {
        if (!NextOpen(from).IsNever)
        {
            return EndReason.None;
        }

        if (Skip)
        {
            return EndReason.ZoneUnknown;
        }

        var unbounded = Find(from.Ms);
        return unbounded.IsOpen || unbounded.NextOpen < UnixTime.Never.Ms ? EndReason.Expired : EndReason.NeverOpen;
    }

    private OpenSpan Judge(long now, ref OpenSpan? slot)
    {
        if (slot is { } known && known.Holds(now))
        {
            return known;
        }

        // a reference is written whole: a race costs a second look, never a wrong answer
        return slot = UpToFinish(Find(now), now);
    }

    private OpenSpan UpToFinish(OpenSpan span, long now)
    {
        if (now >= finishAt || (!span.IsOpen && span.NextOpen >= finishAt && span.NextOpen < UnixTime.Never.Ms))
        {
            return new OpenSpan(now, long.MaxValue, false, UnixTime.Never.Ms);
        }

        return span.To > finishAt ? span with { To = finishAt } : span;
    }

    /// <summary>Looks around an instant, in steps that grow until both ends of its opening, or the next one, are seen.</summary>
    private OpenSpan Find(long now)
    {
        if (IsNever || now >= LastJudged)
        {
            return new OpenSpan(now, long.MaxValue, false, UnixTime.Never.Ms);
        }

        if (IsAlways)
        {
            return new OpenSpan(UnixTime.None.Ms, UnixTime.Never.Ms, true, now);
        }

        for (long back = DayMs, forth = 2 * DayMs; ;)
        {
            var from = now - back;
            var to = now + forth;
            var open = Open(from, to);
            var next = open.FindIndex(stretch => stretch.To > now);
            if (next < 0 && forth < MaxSearchDays * DayMs)
            {
                forth = Math.Min(4 * forth, MaxSearchDays * DayMs);
            }
            else if (next < 0)
            {
                // asked again tomorrow, it looks a day further
                return new OpenSpan(now, now + DayMs, false, UnixTime.Never.Ms);
            }
            else if (open[next].From > now)
            {
                return new OpenSpan(now, open[next].From, false, open[next].From);
            }
            else if (open[next].From == from && back < MaxOpenMs)
            {
                back = Math.Min(4 * back, MaxOpenMs);
            }
            else if (open[next].To == to && forth < MaxOpenMs)
            {
                forth = Math.Min(4 * forth, MaxOpenMs);
            }
            else
            {
                return new OpenSpan(open[next].From, open[next].To, true, now);
            }
        }
    }

    private List<Stretch> Open(long from, long to)
    {
        var open = hours[0].Between(from, to);
        for (var i = 1; i < hours.Length && open.Count > 0; i++)
        {
            open = Stretch.Intersect(open, hours[i].Between(from, to));
        }

        return open;
    }
}
