using Dialer.Calendars;
using Dialer.Numbers;

namespace Dialer.Intake;

/// <summary>Takes new jobs into a campaign: all or nothing, with the idempotency key, in one transaction.</summary>
public interface IJobIntake
{
    /// <summary>
    /// Adds jobs to a campaign that is not finished or deleted. A key that was used before answers what was answered then;
    /// used at the same moment elsewhere, it waits for that commit.
    /// </summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="jobs">Inserted in this order; ids rise in it.</param>
    /// <param name="key">Scope and key of idempotence; null = none.</param>
    Task<Answer<IntakeResult>> AddAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key);
}

/// <summary>One job to be added.</summary>
public sealed record NewJob
{
    public required PhoneNumber Phone { get; init; }

    public ZoneFound Zone { get; init; } = ZoneFound.Nothing;

    /// <summary>1 (first) … 5.</summary>
    public byte Priority { get; init; } = Campaigns.LaneKey.DefaultPriority;

    /// <summary>Own conditions; null = the campaign's. A job with only a start or a finish instant has an empty one: it is not plain (P23).</summary>
    public CallPolicy? Policy { get; init; }

    /// <summary>No attempt before it; none = at once.</summary>
    public UnixTime StartAt { get; init; }

    /// <summary>No attempt starts at or after it; none = no limit. Goes with a policy, as a start does.</summary>
    public UnixTime NotAfter { get; init; }

    /// <summary>Payload as JSON; null = none.</summary>
    public string? Payload { get; init; }
}

/// <summary>Key of idempotence within a scope (token and operation).</summary>
public sealed record IntakeKey(string Scope, string Key);

/// <summary>The ids, in the order of the request.</summary>
/// <param name="IsReplay">They were made by an earlier request with the same key.</param>
public sealed record IntakeResult(IReadOnlyList<JobId> Jobs, bool IsReplay);
