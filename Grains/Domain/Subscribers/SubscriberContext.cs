using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Calendars;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>
/// What a decision about a subscriber looks at: the job at hand, the phone's other jobs in the campaign, and the conditions in
/// force.
/// </summary>
public sealed record SubscriberContext
{
    public required JobRow Row { get; init; }

    /// <summary>Other jobs of the phone in this campaign, final ones too; empty in the common case.</summary>
    public IReadOnlyList<JobRow> Others { get; init; } = [];

    /// <summary>Those of them that are not final.</summary>
    public IEnumerable<JobRow> Siblings => Others.Where(r => r.Status != JobStatus.Final);

    public required Lane Lane { get; init; }

    /// <summary>Lanes that siblings wait in; one that is not here is taken for <see cref="Lane"/>.</summary>
    public IReadOnlyList<Lane> SiblingLanes { get; init; } = [];

    public required CampaignTerms Terms { get; init; }

    /// <summary>When calls of the lane may start, whatever the job's finish instant.</summary>
    public required LaneCalendar Calendar { get; init; }

    /// <summary>The lane's own policy; null = the campaign's conditions.</summary>
    public CallPolicy? Policy => Lane.Policy;

    /// <summary>Attempts allowed in the open series (P5, P21, P26).</summary>
    public int SeriesLimit => AttemptLimits.OfSeries(Row.Series, Policy, Terms.Settings);

    /// <summary>Attempts allowed over all series of the job (P5; calls-api §4.1: never below the job's own).</summary>
    public int JobLimit => AttemptLimits.OfJob(Row.Series, Policy, Terms.Settings);

    /// <summary>The pause in force (P6, P21).</summary>
    public TimeSpan Pause => PauseOf(Row);

    public bool HasAttemptsLeft(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Attempts < SeriesLimit && row.AttemptsTotal < JobLimit;
    }

    /// <summary>When a call of this row may start: the lane's calendar up to the row's finish instant.</summary>
    public LaneCalendar Openings(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Calendar.Until(row.NotAfter);
    }

    /// <summary>When the row or a sibling is due, before windows are judged.</summary>
    public UnixTime DueAt(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Lane.KindOf(row.Lane) == LaneKind.Pause ? row.NotBefore + PauseOf(row) : row.NotBefore;
    }

    private TimeSpan PauseOf(JobRow row)
    {
        var lane = row.Id == Row.Id ? Lane : SiblingLanes.FirstOrDefault(l => l.Id == Lane.BaseOf(row.Lane)) ?? Lane;
        return TimeSpan.FromMinutes(lane.Policy?.RetryMinutes ?? Terms.Settings.Attempts.PauseMinutes);
    }
}
