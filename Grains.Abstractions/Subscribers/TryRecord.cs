using Dialer.Bots;
using Dialer.Calls;

namespace Dialer.Subscribers;

/// <summary>One try as it was: appended once, when it is over (P32).</summary>
[GenerateSerializer, Immutable, Alias("dialer.TryRecord")]
public sealed record TryRecord
{
    [Id(0)] public required TryId Try { get; init; }
    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public short Series { get; init; }

    /// <summary>Which attempt of the series this was; 0 = it did not count.</summary>
    [Id(3)] public short AttemptNumber { get; init; }

    /// <summary>When it was due.</summary>
    [Id(4)] public UnixTime PlannedAt { get; init; }

    [Id(5)] public UnixTime StartedAt { get; init; }
    [Id(6)] public UnixTime AnsweredAt { get; init; }
    [Id(7)] public UnixTime EndedAt { get; init; }
    [Id(8)] public CallClass Class { get; init; }
    [Id(9)] public Fault Fault { get; init; }
    [Id(10)] public EndedBy EndedBy { get; init; }
    [Id(11)] public RawCause Cause { get; init; } = RawCause.None;

    /// <summary>The rule that chose what came next, a stable word (P32).</summary>
    [Id(12)] public required string Rule { get; init; }

    /// <summary>When the next try may come; none if there is none.</summary>
    [Id(13)] public UnixTime NextAt { get; init; }

    [Id(14)] public string? CallResult { get; init; }
    [Id(15)] public AnsweredBy AnsweredBy { get; init; }
    [Id(16)] public int SpeechSeconds { get; init; } = -1;
    [Id(17)] public string? ReportDataJson { get; init; }

    /// <summary>The job's status after this try, as reported on attempts.</summary>
    [Id(18)] public JobStatus JobStatus { get; init; }

    [Id(19)] public JobResult JobResult { get; init; }

    /// <summary>What the bot passed beside its result; an object as its JSON.</summary>
    [Id(20)] public string? CallResultPayload { get; init; }

    /// <summary>Tags as JSON, <c>{tag:{tagPayload,tagColor}}</c>, the one said last at the end; null = none.</summary>
    [Id(21)] public string? CallTagsJson { get; init; }

    /// <summary>What became of the redial that was asked for in this call; null = none was (P26).</summary>
    [Id(22)] public RedialFate? Redial { get; init; }

    /// <summary>Talk time: the callee's answer to the first BYE (P7).</summary>
    public TimeSpan Talk => AnsweredAt.IsNone ? TimeSpan.Zero : EndedAt - AnsweredAt;
}
