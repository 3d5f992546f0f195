using Dialer.Campaigns;

namespace Dialer.Domain.Campaigns;

/// <summary>A campaign's state as far as its machine cares (P9, P12).</summary>
public sealed record CampaignStand
{
    public CampaignStatus Status { get; init; }

    /// <summary>The planned start; none = a draft while Scheduled.</summary>
    public UnixTime StartsAt { get; init; }

    /// <summary>When it first ran; none = never.</summary>
    public UnixTime StartedAt { get; init; }

    public UnixTime FinishedAt { get; init; }

    /// <summary>All causes that hold (P12), the person's pause included.</summary>
    public IReadOnlyList<PauseCause> Causes { get; init; } = [];

    /// <summary>
    /// Those that keep it from running (P13): every cause but a person's pause, and suspicious outcomes, an outage of storage, a
    /// list that could not be loaded and a trunk without funds, which a person has seen when they resume.
    /// </summary>
    public IEnumerable<PauseCause> Blocking => Causes.Where(
        c => c.Code is not (PauseCodes.Person or PauseCodes.SuspiciousOutcomes or PauseCodes.StorageFailing or PauseCodes.LoadFailed) && !c.IsTrunkFunds);
}

/// <summary>A decided transition, or nothing to do.</summary>
/// <param name="Event">Stable word for events, mails and the audit log; null when the target state was already there.</param>
public sealed record CampaignStep(CampaignStand Stand, string? Event);

/// <summary>The state machine of a campaign (P9–P16): one table, expected refusals are values.</summary>
public static class CampaignMachine
{
    /// <summary>An instant this far in the past still means "now" (P10).</summary>
    public static readonly TimeSpan PastTolerance = TimeSpan.FromMinutes(1);

    public static Answer<CampaignStep> Start(CampaignStand stand, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Scheduled => Run(stand, "started", now),
            CampaignStatus.Running => new CampaignStep(stand, null),
            _ => Illegal(stand, "start"),
        };
    }

    public static Answer<CampaignStep> Pause(CampaignStand stand, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Running => new CampaignStep(
                With(stand, new PauseCause(PauseCodes.Person, "Paused by a person.", now)) with { Status = CampaignStatus.Paused },
                "paused"),
            CampaignStatus.Paused => new CampaignStep(stand, null),
            _ => Illegal(stand, "pause"),
        };
    }

    public static Answer<CampaignStep> Resume(CampaignStand stand, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Paused when stand.StartedAt.IsNone && !stand.StartsAt.IsNone && stand.StartsAt > now =>
                Unblocked(stand) ?? new CampaignStep(stand with { Status = CampaignStatus.Scheduled, Causes = [] }, "resumed"),
            CampaignStatus.Paused => Run(stand, "resumed", now),
            CampaignStatus.Running => new CampaignStep(stand, null),
            _ => Illegal(stand, "resume"),
        };
    }

    public static Answer<CampaignStep> Finish(CampaignStand stand, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Scheduled or CampaignStatus.Running or CampaignStatus.Paused =>
                new CampaignStep(stand with { Status = CampaignStatus.Finished, FinishedAt = now, Causes = [] }, "finished"),
            CampaignStatus.Finished => new CampaignStep(stand, null),
            _ => Illegal(stand, "finish"),
        };
    }

    public static Answer<CampaignStep> Delete(CampaignStand stand, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Deleted => new CampaignStep(stand, null),
            _ => new CampaignStep(
                stand with
                {
                    Status = CampaignStatus.Deleted,
                    FinishedAt = stand.FinishedAt.IsNone ? now : stand.FinishedAt,
                    Causes = [],
                },
                "deleted"),
        };
    }

    /// <summary>May the conditions be edited (P14)?</summary>
    public static Refusal? RefuseEdit(CampaignStand stand)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status is CampaignStatus.Scheduled or CampaignStatus.Paused ? null : Illegal(stand, "edit");
    }

    /// <summary>A cause of P12 appeared: a running or scheduled campaign is paused; a paused one remembers it too.</summary>
    public static CampaignStep Hold(CampaignStand stand, PauseCause cause)
    {
        ArgumentNullException.ThrowIfNull(stand);
        ArgumentNullException.ThrowIfNull(cause);
        if (stand.Status is CampaignStatus.Finished or CampaignStatus.Deleted || stand.Causes.Any(cause.IsSame))
        {
            return new CampaignStep(stand, null);
        }

        var isNew = stand.Status != CampaignStatus.Paused;
        return new CampaignStep(With(stand, cause) with { Status = CampaignStatus.Paused }, isNew ? "paused_automatically" : null);
    }

    /// <summary>A cause is gone. The campaign stays paused: resuming is for people (P12).</summary>
    public static CampaignStep Lift(CampaignStand stand, string code)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return new CampaignStep(stand with { Causes = [.. stand.Causes.Where(c => c.Code != code || c.IsTrunkFunds)] }, null);
    }

    /// <summary>What time alone brings: the planned start (P10), the finish-at instant (P61). Null = nothing.</summary>
    public static CampaignStep? Due(CampaignStand stand, UnixTime finishAt, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(stand);
        var isOpen = stand.Status is CampaignStatus.Scheduled or CampaignStatus.Running or CampaignStatus.Paused;
        if (isOpen && !finishAt.IsNone && finishAt <= now)
        {
            return Finish(stand, now).Value;
        }

        if (stand.Status != CampaignStatus.Scheduled || stand.StartsAt.IsNone || stand.StartsAt > now)
        {
            return null;
        }

        return Run(stand, "started", now).Value ?? new CampaignStep(stand with { Status = CampaignStatus.Paused }, "paused_automatically");
    }

    /// <summary>What an operator may do from here: drives buttons and 409 answers.</summary>
    /// <param name="stand">The campaign.</param>
    /// <param name="live">Calls that are up: they can be hung up whatever the status (P61).</param>
    public static IReadOnlyList<string> AllowedActions(CampaignStand stand, int live = 0)
    {
        ArgumentNullException.ThrowIfNull(stand);
        return stand.Status switch
        {
            CampaignStatus.Scheduled => ["start", "edit", "finish", "delete"],
            CampaignStatus.Running => ["pause", "finish", "stop-now", "delete"],
            CampaignStatus.Paused => stand.Blocking.Any() ? ["edit", "finish", "stop-now", "delete"] : ["resume", "edit", "finish", "stop-now", "delete"],
            CampaignStatus.Finished => live > 0 ? ["stop-now", "delete"] : ["delete"],
            _ => [],
        };
    }

    private static Answer<CampaignStep> Run(CampaignStand stand, string name, UnixTime now) => Unblocked(stand) ?? new CampaignStep(
        stand with
        {
            Status = CampaignStatus.Running,
            StartedAt = stand.StartedAt.IsNone ? now : stand.StartedAt,
            Causes = [],
        },
        name);

    private static Answer<CampaignStep>? Unblocked(CampaignStand stand)
    {
        var blocking = stand.Blocking.ToList();
        return blocking.Count == 0
            ? null
            : Answer<CampaignStep>.Refused([.. blocking.Select(c => new Refusal(c.Code, c.Text, AllowedActions(stand)))]);
    }

    private static CampaignStand With(CampaignStand stand, PauseCause cause) => stand with { Causes = [.. stand.Causes, cause] };

    private static Refusal Illegal(CampaignStand stand, string action) => new(
        "campaign_state",
        $"A campaign that is {stand.Status.ToString().ToLowerInvariant()} cannot {action}.",
        AllowedActions(stand));
}
