using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Subscribers;

/// <summary>
/// One job as stored: narrow, rewritten a few times a try under a version check. Only its subscriber writes it.
/// Payload, report data and zone source are in a row of their own that no call needs.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.JobRow")]
public sealed record JobRow
{
    [Id(0)] public required JobId Id { get; init; }
    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public required PhoneNumber Phone { get; init; }
    [Id(3)] public required LaneId Lane { get; init; }

    /// <summary>Lane kind <c>at</c>: not before this instant. Kind <c>pause</c>: the last end; the pause in force is added when judged.</summary>
    [Id(4)] public UnixTime NotBefore { get; init; }

    [Id(5)] public JobStatus Status { get; init; }
    [Id(6)] public JobResult Result { get; init; }
    [Id(7)] public EndReason EndReason { get; init; }
    [Id(8)] public JobFlags Flags { get; init; }

    /// <summary>Attempts spent in the open series.</summary>
    [Id(9)] public short Attempts { get; init; }

    /// <summary>Attempts spent over all series.</summary>
    [Id(10)] public short AttemptsTotal { get; init; }

    /// <summary>Attempts to this phone in this campaign, over all jobs; the same in all sibling rows.</summary>
    [Id(11)] public short AttemptsToPhone { get; init; }

    /// <summary>Consecutive technical errors of the phone in this campaign (P8); the same in all sibling rows.</summary>
    [Id(12)] public byte ErrorStreak { get; init; }

    /// <summary>0 = the original series, then 1, 2 … for redials.</summary>
    [Id(13)] public short Series { get; init; }

    /// <summary>Number of the last try that was begun; 0 = none.</summary>
    [Id(14)] public int TryNumber { get; init; }

    /// <summary>Which silo (by its number in the store) dials the live try.</summary>
    [Id(15)] public int Silo { get; init; }

    /// <summary>Rises with each write.</summary>
    [Id(16)] public int Version { get; init; }

    /// <summary>When the live try's intent was decided.</summary>
    [Id(17)] public UnixTime TryStartedAt { get; init; }

    /// <summary>When the live try was answered; none while it rings.</summary>
    [Id(18)] public UnixTime AnsweredAt { get; init; }

    [Id(19)] public UnixTime CreatedAt { get; init; }

    /// <summary>When the job became final; none while it is not.</summary>
    [Id(20)] public UnixTime FinishedAt { get; init; }

    /// <summary>No attempt starts at or after this instant (<c>finishDateTime</c>, P20); none = no limit.</summary>
    [Id(21)] public UnixTime NotAfter { get; init; }

    /// <summary>The try in progress, or the last one.</summary>
    public TryId Try => new(Id, TryNumber);

    public bool Has(JobFlags flag) => (Flags & flag) != 0;
}
