using Dialer.Channels;

namespace Dialer.Campaigns;

/// <summary>A cause that keeps a campaign paused (P12), with since when and what was seen.</summary>
/// <param name="Code">One of <see cref="PauseCodes"/>.</param>
/// <param name="Text">For people: what it is and how to mend it.</param>
/// <param name="Since">When it was found.</param>
/// <param name="Evidence">What was seen.</param>
/// <param name="IsTrunkFunds">
/// The trunk said that it has no funds (P46). Nobody can look its balance up, so a person who resumes confirms it as mended.
/// </param>
[GenerateSerializer, Immutable, Alias("dialer.PauseCause")]
public sealed record PauseCause(
    [property: Id(0)] string Code,
    [property: Id(1)] string Text,
    [property: Id(2)] UnixTime Since,
    [property: Id(3)] string? Evidence = null,
    [property: Id(4)] bool IsTrunkFunds = false)
{
    /// <summary>The same cause, whenever and however it was told: a campaign holds each once.</summary>
    public bool IsSame(PauseCause other) => other is not null && Code == other.Code && IsTrunkFunds == other.IsTrunkFunds;
}

/// <summary>Codes of <see cref="PauseCause"/>.</summary>
public static class PauseCodes
{
    /// <summary>By a person or through the API: not a cause of P12, holds nothing back.</summary>
    public const string Person = "person";
    public const string TelephonyMinutes = "telephony_minutes";
    public const string SpeechMinutes = "speech_minutes";
    public const string ListDeleted = "list_deleted";
    public const string ChannelDeleted = "channel_deleted";
    public const string ChannelDown = "channel_down";
    public const string ScenarioDown = "scenario_down";
    public const string StorageFailing = "storage_failing";
    public const string SuspiciousOutcomes = "suspicious_outcomes";
    public const string LoadFailed = "load_failed";
}

/// <summary>Why nothing is being dialed (P18), with when that may change.</summary>
[GenerateSerializer, Immutable, Alias("dialer.IdleReason")]
public sealed record IdleReason(
    [property: Id(0)] string Code,
    [property: Id(1)] string Text,
    [property: Id(2)] UnixTime Until = default);

/// <summary>A campaign as it stands (management API).</summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignView")]
public sealed record CampaignView
{
    [Id(0)] public required CampaignId Id { get; init; }
    [Id(1)] public required CampaignStatus Status { get; init; }
    [Id(2)] public required CampaignSettings Settings { get; init; }
    [Id(3)] public required int SettingsVersion { get; init; }
    [Id(4)] public required string Token { get; init; }
    [Id(5)] public UnixTime CreatedAt { get; init; }
    [Id(6)] public UnixTime StartsAt { get; init; }
    [Id(7)] public UnixTime StartedAt { get; init; }
    [Id(8)] public UnixTime FinishedAt { get; init; }
    [Id(9)] public IReadOnlyList<PauseCause> PauseCauses { get; init; } = [];
    [Id(10)] public IReadOnlyList<string> AllowedActions { get; init; } = [];
    [Id(11)] public required CampaignCounters Counters { get; init; }

    /// <summary>Whether the Calls API may be used (P19).</summary>
    public bool HasToken => Token.Contains('.', StringComparison.Ordinal);

    /// <summary>What stands for the token of a campaign that has none: nobody's request can carry it.</summary>
    public static string NoToken(CampaignId id) => $"disabled {id}";
}

/// <summary>The live figures of P18.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignProgress")]
public sealed record CampaignProgress
{
    [Id(0)] public required CampaignStatus Status { get; init; }
    [Id(1)] public required CampaignCounters Counters { get; init; }

    /// <summary>When the next call is due; none while calls can start now or nothing waits.</summary>
    [Id(2)] public UnixTime NextCallAt { get; init; }

    /// <summary>Null while it is dialing.</summary>
    [Id(3)] public IdleReason? Idle { get; init; }

    /// <summary>Starts per second over the last seconds.</summary>
    [Id(4)] public double CallsPerSecond { get; init; }

    [Id(5)] public ChannelHealthView? Channel { get; init; }
    [Id(6)] public IReadOnlyList<PauseCause> PauseCauses { get; init; } = [];
}
