using Dialer.Calendars;
using NodaTime;

namespace Dialer.Domain.Calendars;

/// <summary>
/// The hours of a week on one clock. An instant is in them when the clock then shows a time of theirs. So a skipped local
/// time does not exist and a window that begins in the gap begins behind it, and a repeated hour counts both times.
/// </summary>
internal sealed class LocalHours
{
    private const long MinuteMs = 60_000;
    private const long DayMs = 24 * 60 * MinuteMs;

    private readonly DateTimeZone clock;
    private readonly MinuteRange[][] days;
    private readonly long endsEarlierMs;

    /// <param name="clock">Whose local time.</param>
    /// <param name="hours">The hours of the week.</param>
    /// <param name="endsEarlier">How long before the end of a stretch its last instant is (P60: the ring timeout).</param>
    public LocalHours(DateTimeZone clock, WeeklyHours hours, TimeSpan endsEarlier)
    {
        this.clock = clock;
        days = [.. hours.Days.Select(day => day.ToArray())];
        endsEarlierMs = (long)endsEarlier.TotalMilliseconds;
        IsAlways = days.All(day => day is [{ From: 0, To: MinuteRange.MinutesPerDay }]);
        IsNever = hours.IsEmpty;
    }

    public bool IsAlways { get; }

    public bool IsNever { get; }

    /// <summary>The stretches within <c>[from, to)</c>. Those that touch are one, over midnight too.</summary>
    public List<Stretch> Between(long from, long to)
    {
        // looks past the end, so that a stretch cut short by the range is not taken for one that ends there
        var until = to + endsEarlierMs;
        var open = new List<Stretch>();
        for (var at = from; at < until;)
        {
            var interval = clock.GetZoneInterval(Instant.FromUnixTimeMilliseconds(at));
            var end = interval.HasEnd ? Math.Min(until, interval.End.ToUnixTimeMilliseconds()) : until;
            AddDays(at, end, interval.WallOffset.Milliseconds, open);
            at = end;
        }

        return endsEarlierMs == 0 ? open : EndedEarlier(open, to);
    }

    private void AddDays(long from, long to, long offset, List<Stretch> open)
    {
        for (var day = DayOf(from + offset); day * DayMs - offset < to; day++)
        {
            var midnight = day * DayMs - offset;
            foreach (var window in days[DayOfWeek(day)])
            {
                Add(Math.Max(from, midnight + window.From * MinuteMs), Math.Min(to, midnight + window.To * MinuteMs), open);
            }
        }
    }

    private static long DayOf(long localMs) => localMs >= 0 ? localMs / DayMs : (localMs + 1) / DayMs - 1;

    /// <summary>Monday = 0; the first day of the Unix era was a Thursday.</summary>
    private static int DayOfWeek(long day) => (int)(((day + 3) % 7 + 7) % 7);

    private static void Add(long from, long to, List<Stretch> open)
    {
        if (from >= to)
        {
            return;
        }

        if (open.Count > 0 && open[^1].To == from)
        {
            open[^1] = new Stretch(open[^1].From, to);
        }
        else
        {
            open.Add(new Stretch(from, to));
        }
    }

    private List<Stretch> EndedEarlier(List<Stretch> open, long to)
    {
        var ended = new List<Stretch>(open.Count);
        foreach (var stretch in open)
        {
            var end = Math.Min(to, stretch.To - endsEarlierMs);
            if (stretch.From < end)
            {
                ended.Add(new Stretch(stretch.From, end));
            }
        }

        return ended;
    }
}
