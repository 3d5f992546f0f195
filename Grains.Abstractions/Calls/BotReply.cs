using Dialer.Calendars;

namespace Dialer.Calls;

/// <summary>Everything a bot asked for during one call, merged (P26, P41, P59, P64; calls-api §3.5).</summary>
[GenerateSerializer, Immutable, Alias("dialer.BotReply")]
public sealed record BotReply
{
    /// <summary>The first redial request of the call; later ones are ignored (P26).</summary>
    [Id(0)] public Redial? Redial { get; init; }

    /// <summary>Whatever the script passed as the call's result; the last one wins.</summary>
    [Id(1)] public string? CallResult { get; init; }

    [Id(2)] public StopCalls StopCalls { get; init; }

    [Id(3)] public AnsweredBy AnsweredBy { get; init; }

    /// <summary>Speech seconds as reported by the bot; -1 = not reported (P46).</summary>
    [Id(4)] public int SpeechSeconds { get; init; } = -1;

    /// <summary>Report columns as JSON, merged by key (P50); null = none.</summary>
    [Id(5)] public string? ReportDataJson { get; init; }
}

/// <summary>A new series asked for by the bot (P26). The policy's <c>MaxAttempts</c> is cut to 5.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Redial")]
public sealed record Redial
{
    public const int MaxAttempts = 5;

    /// <summary>No attempt of the new series before it; none = at once, after the pause.</summary>
    [Id(0)] public UnixTime StartAt { get; init; }

    [Id(1)] public CallPolicy Policy { get; init; } = new();

    /// <summary>1 (first) … 5; 0 = as the job.</summary>
    [Id(2)] public byte Priority { get; init; }

    /// <summary>No attempt of the new series starts at or after it; none = as the job.</summary>
    [Id(3)] public UnixTime NotAfter { get; init; }
}

/// <summary>An opt-out that the callee gave to the bot (P59).</summary>
public enum StopCalls : byte
{
    None = 0,

    /// <summary>No more calls for this job.</summary>
    Job = 1,

    /// <summary>Enter do-not-call; ends the phone's jobs everywhere.</summary>
    Organisation = 2,
}

/// <summary>Who answered, as far as the bot can tell (P64).</summary>
public enum AnsweredBy : byte
{
    Unknown = 0,
    Human = 1,
    Machine = 2,
    Screener = 3,
    Announcement = 4,
}
