using Dialer.Calendars;

namespace Dialer.Campaigns;

/// <summary>
/// The conditions of a campaign (P1): everything an operator may edit while it is Scheduled or Paused (P14).
/// Stored in the campaign's row with a version that rises with each edit.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignSettings")]
public sealed record CampaignSettings
{
    public const int MaxNameLength = 200;

    /// <summary>1–200 characters, need not be unique.</summary>
    [Id(0)]
    public required string Name { get; init; }

    [Id(1)]
    public required ChannelId Channel { get; init; }

    /// <summary>The list to load when the campaign starts; null = fed by the API only.</summary>
    [Id(2)]
    public ListId? List { get; init; }

    /// <summary>Hard cap on calls to people in progress, in the whole cluster (P2); at least 1.</summary>
    [Id(3)]
    public int MaxSimultaneousCalls { get; init; } = 1;

    [Id(4)]
    public WeeklyHours CallingWindows { get; init; } = WeeklyHours.Default;

    /// <summary>Judge windows in the zone of the person called (P4). On by default.</summary>
    [Id(5)]
    public bool UseSubscriberLocalTime { get; init; } = true;

    /// <summary>IANA id of the campaign's zone, fixed at creation (P4).</summary>
    [Id(6)]
    public required string TimeZone { get; init; }

    [Id(7)]
    public AmbiguousZonePolicy AmbiguousZone { get; init; }

    [Id(8)]
    public AttemptPolicy Attempts { get; init; } = new();

    /// <summary>Where the four e-mails of P17 go: one address, or up to ten separated by commas; null = none.</summary>
    [Id(9)]
    public string? NotifyEmail { get; init; }

    /// <summary>Finishes by itself at this instant (P61); none by default.</summary>
    [Id(10)]
    public UnixTime FinishAt { get; init; }

    /// <summary>Finish when every number is done (P9); off by default: a campaign never finishes by itself.</summary>
    [Id(11)]
    public bool FinishWhenIdle { get; init; }

    /// <summary>An admin's recorded reason for calling outside the outer hours (P60); null = they hold.</summary>
    [Id(12)]
    public string? OuterHoursException { get; init; }

    /// <summary>Overrides the channel's scenario (P15).</summary>
    [Id(13)]
    public Channels.Scenario? Scenario { get; init; }

    /// <summary>A SIP channel without a bot starts only with this: a person would hear silence.</summary>
    [Id(14)]
    public bool AllowSilence { get; init; }

    /// <summary>Label of the campaign, <c>projectName</c> on the wire.</summary>
    [Id(15)]
    public string Project { get; init; } = "default";

    /// <summary>
    /// The latest local minute at which numbers without a certain zone could ring under <see cref="AmbiguousZonePolicy.CampaignZone"/>, as
    /// the operator saw and confirmed it (P4): from midnight of the campaign's day, over 1440 for the next one. Null = not confirmed.
    /// </summary>
    [Id(16)]
    public int? LatestMinuteConfirmed { get; init; }

    /// <summary>Language of its e-mails: <c>ru</c>, <c>en</c> or <c>both</c>; null = the installation's.</summary>
    [Id(17)]
    public string? NotifyLanguage { get; init; }
}
