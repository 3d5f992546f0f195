using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Subscribers;

namespace Dialer.Domain.Campaigns;

/// <summary>Where a lane was read up to: the next read takes rows after it, by (not before, id).</summary>
public readonly record struct LaneCursor(UnixTime NotBefore, JobId Id)
{
    public static readonly LaneCursor Start = new(new UnixTime(long.MinValue), new JobId(long.MinValue));

    public static LaneCursor Before(UnixTime notBefore) => new(new UnixTime(notBefore.Ms - 1), new JobId(long.MaxValue));

    public bool IsAfter(LaneCursor other) =>
        NotBefore.CompareTo(other.NotBefore) is var byTime && byTime != 0 ? byTime > 0 : Id.CompareTo(other.Id) > 0;
}

/// <summary>One index range of a lane as the campaign knows it: rows read and due, and what it knows of those behind.</summary>
internal sealed class LaneQueue(Lane lane, LaneKind kind, LaneCalendar calendar, TimeSpan pause)
{
    private readonly Queue<JobRow> rows = new();

    public Lane Lane => lane;

    public LaneId Id { get; } = lane.Of(kind);

    public LaneKind Kind => kind;

    public LaneCalendar Calendar => calendar;

    public LaneCursor Cursor { get; private set; } = LaneCursor.Start;

    /// <summary>Nothing is known of what lies behind the cursor.</summary>
    public bool NeedsRead { get; private set; } = true;

    /// <summary>The first row behind the cursor, not due when it was read; none = there is none.</summary>
    public UnixTime NextNotBefore { get; private set; }

    public int Count => rows.Count;

    /// <summary>The lowest place that was hinted at since a read began: the read may not have seen it yet.</summary>
    private LaneCursor? hinted;

    /// <summary>What to read next.</summary>
    public LaneRead BeginRead(int limit)
    {
        hinted = null;
        return new LaneRead(Id, Cursor, limit);
    }

    public JobRow Head => rows.Peek();

    public JobRow Take() => rows.Dequeue();

    public UnixTime Due(UnixTime notBefore) => kind == LaneKind.Pause ? notBefore + pause : notBefore;

    /// <summary>Rows of a lane that can never be called are taken as well, to be ended.</summary>
    public bool IsOpen(UnixTime now) => calendar.IsOpen(now) || calendar.NextOpen(now).IsNever;

    public bool HasWork(UnixTime now)
    {
        if (!NeedsRead && !NextNotBefore.IsNone && Due(NextNotBefore) <= now)
        {
            NeedsRead = true;
        }

        return rows.Count > 0 || NeedsRead;
    }

    /// <summary>When this queue can give a row; never if it has none.</summary>
    public UnixTime NextAt(UnixTime now)
    {
        if (rows.Count == 0 && NextNotBefore.IsNone)
        {
            return UnixTime.Never;
        }

        var due = rows.Count > 0 ? now : UnixTime.Max(now, Due(NextNotBefore));
        var open = calendar.NextOpen(due);
        return open.IsNever ? due : open;
    }

    public LaneRank RankAt(UnixTime now) => new(lane.Key.Priority, lane.Key.Policy.Value == 0, calendar.IsOpen(now) ? calendar.ClosesAt(now) : UnixTime.Never);

    public RowRank RankOf(JobRow row, UnixTime now)
    {
        var due = Due(row.NotBefore);
        return new RowRank(calendar.IsOpen(now) ? UnixTime.Max(due, calendar.OpenSince(now)) : due, due, row.Id);
    }

    public void Load(IReadOnlyList<JobRow> read, int limit, UnixTime readAt, HashSet<JobId> taken)
    {
        Take(read, limit, readAt, taken);
        if (hinted is { } from)
        {
            NeedsRead = true;
            Cursor = Cursor.IsAfter(from) ? from : Cursor;
        }
    }

    private void Take(IReadOnlyList<JobRow> read, int limit, UnixTime readAt, HashSet<JobId> taken)
    {
        NextNotBefore = UnixTime.None;
        NeedsRead = read.Count >= limit;
        foreach (var row in read)
        {
            if (Due(row.NotBefore) > readAt)
            {
                NextNotBefore = row.NotBefore;
                NeedsRead = false;
                return;
            }

            Cursor = new LaneCursor(row.NotBefore, row.Id);
            if (taken.Add(row.Id))
            {
                rows.Enqueue(row);
            }
        }
    }

    /// <summary>A row became callable from this instant on: look again if that is before what is known.</summary>
    public void Hint(UnixTime notBefore)
    {
        var before = LaneCursor.Before(notBefore);
        Remember(before);
        if (Cursor.IsAfter(before))
        {
            Cursor = before;
        }

        if (!NeedsRead && (NextNotBefore.IsNone || notBefore < NextNotBefore))
        {
            NextNotBefore = notBefore.IsNone ? new UnixTime(1) : notBefore;
        }
    }

    /// <summary>Rows with this instant were added, from this id on: they are read next, wherever this lane had been read up to.</summary>
    public void Appended(UnixTime notBefore, JobId first)
    {
        if (kind != LaneKind.At)
        {
            return;
        }

        NeedsRead = true;
        var before = new LaneCursor(notBefore, new JobId(first.Value - 1));
        Remember(before);
        if (Cursor.IsAfter(before))
        {
            Cursor = before;
        }
    }

    private void Remember(LaneCursor place) => hinted = hinted is { } lower && place.IsAfter(lower) ? lower : place;

    /// <summary>Look again from the start: a lost hint costs a moment, not a number.</summary>
    public void Rewind()
    {
        Cursor = LaneCursor.Start;
        NeedsRead = true;
    }
}
