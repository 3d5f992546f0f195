using System.Text.Json.Serialization;
using Dialer.Bots;
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

    /// <summary>Report columns as JSON, <c>{header:{value,order}}</c>, merged by key (P50); null = none.</summary>
    [Id(5)] public string? ReportDataJson { get; init; }

    /// <summary>What the script passed beside its result; an object as its JSON.</summary>
    [Id(6)] public string? CallResultPayload { get; init; }

    /// <summary>Tags as JSON, <c>{tag:{tagPayload,tagColor}}</c>, merged by key; the one said last stands last. Null = none.</summary>
    [Id(7)] public string? CallTagsJson { get; init; }

    /// <summary>Nothing is asked or told.</summary>
    [JsonIgnore]
    public bool IsEmpty => this == Nothing;

    private static readonly BotReply Nothing = new();

    /// <summary>
    /// Two replies of one call as one (calls-api §3.5): report columns and tags by key, the last of a key wins; the last result wins; the
    /// first redial wins (P26); the strongest opt-out wins (P59); who answered and speech as told last. Merging the same again changes nothing.
    /// </summary>
    public static BotReply? Merge(BotReply? first, BotReply? next)
    {
        if (first is null || next is null)
        {
            return first ?? next;
        }

        return new BotReply
        {
            Redial = first.Redial ?? next.Redial,
            CallResult = next.CallResult ?? first.CallResult,
            CallResultPayload = next.CallResult is null ? next.CallResultPayload ?? first.CallResultPayload : next.CallResultPayload,
            StopCalls = (StopCalls)Math.Max((byte)first.StopCalls, (byte)next.StopCalls),
            AnsweredBy = next.AnsweredBy == AnsweredBy.Unknown ? first.AnsweredBy : next.AnsweredBy,
            SpeechSeconds = next.SpeechSeconds < 0 ? first.SpeechSeconds : next.SpeechSeconds,
            ReportDataJson = MergedJson.ByKey(first.ReportDataJson, next.ReportDataJson, DialerData.MaxColumns, isLastAtEnd: false),
            CallTagsJson = MergedJson.ByKey(first.CallTagsJson, next.CallTagsJson, DialerData.MaxTags, isLastAtEnd: true),
        };
    }
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
