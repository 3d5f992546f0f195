using System.Text.Json.Serialization;

namespace Dialer.Calendars;

/// <summary>
/// A job's or a redial's own conditions (P20, P21, P26): what is given replaces the campaign's, what is null is inherited.
/// Stored once per distinct combination (<see cref="PolicyId"/>) and referred to by lanes. The start and the finish instant are not here:
/// they are the job's <c>not_before</c> and <c>not_after</c>, or each instant would make a lane of its own.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CallPolicy")]
public sealed record CallPolicy
{
    /// <summary>Bits 0 (Monday) … 6: a hard filter of days; null = not given.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte? AllowedDays { get; init; }

    /// <summary>
    /// Windows by day, Monday first; null for a day without a key of its own, which falls back to <see cref="DefaultTime"/>,
    /// then to the campaign's window of that day. Null = none given at all.
    /// </summary>
    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MinuteRange[]?[]? AllowedTime { get; init; }

    /// <summary>Windows of every day that has no key of its own (<c>default</c> of calls-api §1.3).</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MinuteRange[]? DefaultTime { get; init; }

    /// <summary>Minutes between the end of one attempt and the next, 1–2880.</summary>
    [Id(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RetryMinutes { get; init; }

    /// <summary>Attempts of the series: 1–50 for a job, 1–5 for a redial.</summary>
    [Id(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxAttempts { get; init; }

    /// <summary>
    /// Of a redial's policy: the <see cref="MaxAttempts"/> that the job itself came with, which raises the cap over all its
    /// series above the campaign's maximum (calls-api §4.1).
    /// </summary>
    [Id(6)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? JobMaxAttempts { get; init; }

    /// <summary>Whether nothing is given, so that the job is a plain one (P23) and needs no policy of its own.</summary>
    [JsonIgnore]
    public bool IsPlain =>
        AllowedDays is null && AllowedTime is null && DefaultTime is null && RetryMinutes is null && MaxAttempts is null;
}
