using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Subscribers;

namespace Dialer.Domain.Campaigns;

/// <summary>A row to ask its subscriber for.</summary>
/// <param name="IsToEnd">It can never be called: it is to be ended, which needs neither a permit nor a line.</param>
public readonly record struct DueJob(JobRow Row, Lane Lane, UnixTime DueAt, bool IsToEnd = false);

/// <summary>A range to read: rows of <paramref name="Lane"/> after <paramref name="After"/>, at most <paramref name="Limit"/>.</summary>
public readonly record struct LaneRead(LaneId Lane, LaneCursor After, int Limit);

/// <summary>What the board says: rows to dial, a range to read first, or when to look again and why.</summary>
public sealed record BoardStep(IReadOnlyList<DueJob> Jobs, LaneRead? Read, UnixTime NextAt, string? IdleCode);

/// <summary>
/// Which numbers of a campaign come next (P23): judges lanes in memory by today's settings, asks for one index range per open
/// lane until it has enough. It never holds more than a few reads' worth of rows (I7), and the idle reason falls out of the
/// same judgement (P18).
/// </summary>
public sealed class LaneBoard
{
    public const int MaxRead = 1000;
    public const int MinRead = 32;

    private readonly CampaignTerms terms;
    private readonly Dictionary<LaneId, LaneQueue> queues = [];
    private readonly HashSet<JobId> taken = [];
    private readonly List<(LaneRank Rank, LaneQueue Queue)> open = [];

    public LaneBoard(CampaignTerms terms, IEnumerable<Lane> lanes)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(lanes);
        this.terms = terms;
        foreach (var lane in lanes)
        {
            Add(lane);
        }
    }

    public int LaneCount => queues.Count / 2;

    public bool Knows(LaneId lane) => queues.ContainsKey(lane);

    public void Add(Lane lane)
    {
        ArgumentNullException.ThrowIfNull(lane);
        if (Knows(lane.Id))
        {
            return;
        }

        var calendar = LaneCalendar.Compile(terms, lane.Key.Zone, lane.Policy);
        var pause = TimeSpan.FromMinutes(lane.Policy?.RetryMinutes ?? terms.Settings.Attempts.PauseMinutes);
        foreach (var kind in new[] { LaneKind.At, LaneKind.Pause })
        {
            var queue = new LaneQueue(lane, kind, calendar, pause);
            queues[queue.Id] = queue;
        }
    }

    /// <summary>Takes up to <paramref name="want"/> rows in the order of P23, or says what to read first.</summary>
    public BoardStep Next(UnixTime now, int want)
    {
        var jobs = new List<DueJob>(Math.Min(want, MaxRead));
        FindOpen(now);
        for (var start = 0; start < open.Count && jobs.Count < want;)
        {
            var end = start + 1;
            while (end < open.Count && open[end].Rank == open[start].Rank)
            {
                end++;
            }

            if (TakeFrom(start, end, jobs, want, now) is { } read)
            {
                return new BoardStep(jobs, read, now, null);
            }

            start = end;
        }

        return jobs.Count > 0 ? new BoardStep(jobs, null, now, null) : Idle(now);
    }

    /// <summary>Rows that were read for <see cref="BoardStep.Read"/>, in the order of the index.</summary>
    public void Loaded(LaneRead read, IReadOnlyList<JobRow> rows, UnixTime readAt)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (queues.TryGetValue(read.Lane, out var queue))
        {
            queue.Load(rows, read.Limit, readAt, taken);
        }
    }

    /// <summary>The board has no more to do with a row it gave out: it is being dialed, ended, or waits elsewhere.</summary>
    public void Done(JobId job) => taken.Remove(job);

    /// <summary>A row waits in this lane from this instant; false if the lane is not known: read the lanes anew.</summary>
    public bool Hint(LaneId lane, UnixTime notBefore)
    {
        if (!queues.TryGetValue(lane, out var queue))
        {
            return false;
        }

        queue.Hint(notBefore);
        return true;
    }

    /// <summary>Rows that wait since <paramref name="notBefore"/> were added, from this id on: a list goes on being loaded (P37).</summary>
    public void Appended(UnixTime notBefore, JobId first)
    {
        foreach (var queue in queues.Values)
        {
            queue.Appended(notBefore, first);
        }
    }

    /// <summary>Forgets how far lanes were read.</summary>
    public void Rewind()
    {
        foreach (var queue in queues.Values)
        {
            queue.Rewind();
        }
    }

    private void FindOpen(UnixTime now)
    {
        open.Clear();
        foreach (var queue in queues.Values)
        {
            if (queue.HasWork(now) && queue.IsOpen(now))
            {
                open.Add((queue.RankAt(now), queue));
            }
        }

        open.Sort(static (a, b) => a.Rank.CompareTo(b.Rank) is var byRank && byRank != 0 ? byRank : a.Queue.Id.CompareTo(b.Queue.Id));
    }

    /// <summary>Merges lanes of equal rank row by row; a lane of which nothing is in hand must be read before any of them goes on.</summary>
    private LaneRead? TakeFrom(int start, int end, List<DueJob> jobs, int want, UnixTime now)
    {
        while (jobs.Count < want)
        {
            LaneQueue? best = null;
            var bestRank = default(RowRank);
            for (var i = start; i < end; i++)
            {
                var queue = open[i].Queue;
                if (queue.Count == 0)
                {
                    if (queue.NeedsRead)
                    {
                        return queue.BeginRead(Math.Clamp(2 * want, MinRead, MaxRead));
                    }

                    continue;
                }

                var rank = queue.RankOf(queue.Head, now);
                if (best is null || rank.CompareTo(bestRank) < 0)
                {
                    (best, bestRank) = (queue, rank);
                }
            }

            if (best is null)
            {
                return null;
            }

            var row = best.Take();
            jobs.Add(new DueJob(row, best.Lane, bestRank.Due, !best.Calendar.Until(row.NotAfter).IsOpen(now)));
        }

        return null;
    }

    private BoardStep Idle(UnixTime now)
    {
        var next = UnixTime.Never;
        var code = IdleCodes.NoNumbers;
        foreach (var queue in queues.Values)
        {
            // of a closed lane only the head matters: is there anything, and from when
            if (queue.NeedsRead && queue.Count == 0)
            {
                return new BoardStep([], queue.BeginRead(MinRead), now, null);
            }

            var at = queue.NextAt(now);
            if (at < next)
            {
                next = at;
                code = WaitsFor(queue, now);
            }
        }

        return new BoardStep([], null, next, code);
    }

    private static string WaitsFor(LaneQueue queue, UnixTime now)
    {
        if (queue.Count > 0 || queue.Due(queue.NextNotBefore) <= now)
        {
            return IdleCodes.Window;
        }

        return queue.Kind == LaneKind.Pause ? IdleCodes.Pause : IdleCodes.NotBefore;
    }
}
