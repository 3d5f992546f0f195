using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Domain.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Campaigns;

/// <summary>
/// A board and the waiting rows it reads, as the store's index has them. Also the slow, obvious order of P23: sort everything
/// that is due.
/// </summary>
internal sealed class BoardWorld
{
    private readonly List<JobRow> rows = [];
    private readonly List<Lane> lanes = [];
    private readonly CampaignTerms terms;
    private readonly Dictionary<LaneId, LaneCalendar> calendars = [];
    private LaneBoard? board;
    private int lastId;

    public BoardWorld(CampaignTerms terms) => this.terms = terms;

    public UnixTime Now { get; set; }

    public LaneBoard Board => board ??= new LaneBoard(terms, lanes);

    public int Reads { get; private set; }

    public int RowsRead { get; private set; }

    public int LargestRead { get; private set; }

    public IReadOnlyList<JobRow> Rows => rows;

    public Lane AddLane(CallPolicy? policy = null, byte priority = 3, string zone = "Europe/Moscow")
    {
        var id = new LaneId(2 * (lanes.Count + 1));
        var lane = new Lane
        {
            Id = id,
            Campaign = terms.Campaign,
            Policy = policy,
            Key = new LaneKey(priority, new PolicyId(policy is null ? 0 : id.Value), zone),
        };
        lanes.Add(lane);
        return lane;
    }

    public JobId Add(Lane lane, UnixTime notBefore, LaneKind kind = LaneKind.At, int? id = null, UnixTime notAfter = default)
    {
        var row = new JobRow
        {
            Id = new JobId(id ?? ++lastId),
            Campaign = terms.Campaign,
            Phone = new PhoneNumber(79160000000 + rows.Count),
            Lane = lane.Of(kind),
            NotBefore = notBefore,
            NotAfter = notAfter,
            Status = JobStatus.Waiting,
        };
        rows.Add(row);
        return row.Id;
    }

    public void Remove(JobId id) => rows.RemoveAll(r => r.Id == id);

    /// <summary>Takes what the board gives, up to so many, reading whatever it asks for. A row given out is waiting no more.</summary>
    public List<DueJob> Take(int want) => Take(want, out _);

    public List<DueJob> Take(int want, out BoardStep last)
    {
        var given = new List<DueJob>();
        do
        {
            last = Board.Next(Now, want - given.Count);
            given.AddRange(last.Jobs);
            foreach (var job in last.Jobs)
            {
                Assert.True(rows.RemoveAll(r => r.Id == job.Row.Id) == 1, "a row is given out once");
            }

            if (given.Count < want && last.Read is { } read)
            {
                Read(read);
            }
        }
        while (given.Count < want && (last.Read is not null || last.Jobs.Count > 0));

        return given;
    }

    public void Read(LaneRead read)
    {
        Assert.InRange(read.Limit, LaneBoard.MinRead, LaneBoard.MaxRead);
        Assert.InRange(++Reads, 0, 10_000);
        var found = rows.Where(r => r.Lane == read.Lane && new LaneCursor(r.NotBefore, r.Id).IsAfter(read.After))
            .OrderBy(r => r.NotBefore).ThenBy(r => r.Id).Take(read.Limit).ToList();
        RowsRead += found.Count;
        LargestRead = Math.Max(LargestRead, found.Count);
        Board.Loaded(read, found, Now);
    }

    /// <summary>All rows that may be called now, in the order of P23.</summary>
    public List<JobId> Sorted() =>
    [
        .. from row in rows
           let lane = LaneOf(row)
           let calendar = CalendarOf(lane)
           let due = DueAt(row, lane)
           where calendar.IsOpen(Now) && due <= Now
           orderby lane.Key.Priority, lane.Policy is null, calendar.ClosesAt(Now), UnixTime.Max(due, calendar.OpenSince(Now)), due, row.Id
           select row.Id,
    ];

    /// <summary>The first instant at which any row may be called, or is due and must be ended; never if there is none.</summary>
    public UnixTime FirstDue() => rows.Select(row =>
    {
        var lane = LaneOf(row);
        var due = UnixTime.Max(Now, DueAt(row, lane));
        return CalendarOf(lane).NextOpen(due) is { IsNever: false } open ? open : due;
    }).DefaultIfEmpty(UnixTime.Never).Min();

    private Lane LaneOf(JobRow row) => lanes.First(l => l.Id == Lane.BaseOf(row.Lane));

    private LaneCalendar CalendarOf(Lane lane)
    {
        if (!calendars.TryGetValue(lane.Id, out var calendar))
        {
            calendars[lane.Id] = calendar = LaneCalendar.Compile(terms, lane.Key.Zone, lane.Policy);
        }

        return calendar;
    }

    private UnixTime DueAt(JobRow row, Lane lane) => Lane.KindOf(row.Lane) == LaneKind.At
        ? row.NotBefore
        : row.NotBefore + TimeSpan.FromMinutes(lane.Policy?.RetryMinutes ?? terms.Settings.Attempts.PauseMinutes);
}
