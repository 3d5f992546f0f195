using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Gateway.Channels;

namespace Dialer.Gateway.Campaigns;

/// <summary>The conditions of a campaign as they are sent (P1).</summary>
internal sealed record CampaignBody
{
    public required string Name { get; init; }

    public required string ChannelId { get; init; }

    /// <summary>Null = fed by the API only.</summary>
    public string? PhoneListId { get; init; }

    /// <summary>Calls at once, a hard cap (P2).</summary>
    public int MaxSimultaneousCalls { get; init; } = 1;

    /// <summary>Days and hours in which calls may start; a day that is left out has none (P3).</summary>
    public WeeklyHours CallingWindows { get; init; } = WeeklyHours.Default;

    /// <summary>Judge them in the zone of the person called (P4).</summary>
    public bool UseSubscriberLocalTime { get; init; } = true;

    /// <summary>IANA zone of the campaign; null = the organisation's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What to do with numbers whose zone is not certain (P4).</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(AmbiguousZoneJson))]
    public AmbiguousZone AmbiguousZone { get; init; }

    /// <summary>
    /// Needed for <c>campaign-zone</c>: the latest local hour at which a number without a certain zone could ring, as the refusal told it
    /// (<c>27:00</c> = 03:00 of the next day).
    /// </summary>
    public string? LatestHourConfirmed { get; init; }

    public AttemptsBody Attempts { get; init; } = new();

    /// <summary>Instead of the channel's (P15).</summary>
    public ScenarioBody? Scenario { get; init; }

    public NotificationsBody? Notifications { get; init; }

    /// <summary>Finishes by itself at this instant (P61).</summary>
    public DateTimeOffset? FinishAt { get; init; }

    /// <summary>Finishes when every number is done (P9).</summary>
    public bool FinishWhenIdle { get; init; }

    /// <summary>An administrator's reason for calling outside the outer hours (P60).</summary>
    public ExceptionBody? OuterHoursException { get; init; }

    /// <summary>A SIP channel without a bot starts only with this: a person would hear silence.</summary>
    public bool AllowSilence { get; init; }

    /// <summary>A label; <c>projectName</c> in the Calls API.</summary>
    public string Project { get; init; } = "default";

    /// <summary><c>now</c>, an instant, or null = a draft.</summary>
    public string? Start { get; init; }

    /// <param name="isForPatch">To lay a patch over it: it stands for the secrets too.</param>
    public static CampaignBody Of(CampaignSettings settings, UnixTime startsAt, bool isForPatch = false) => new()
    {
        Name = settings.Name,
        ChannelId = settings.Channel.ToString(),
        PhoneListId = settings.List?.ToString(),
        MaxSimultaneousCalls = settings.MaxSimultaneousCalls,
        CallingWindows = settings.CallingWindows,
        UseSubscriberLocalTime = settings.UseSubscriberLocalTime,
        TimeZone = settings.TimeZone,
        AmbiguousZone = (AmbiguousZone)settings.AmbiguousZone,
        LatestHourConfirmed = LatestHour.Text(settings.LatestMinuteConfirmed),
        Attempts = AttemptsBody.Of(settings.Attempts),
        Scenario = ScenarioBody.Of(settings.Scenario, isForPatch),
        Notifications = settings.NotifyEmail is { } email ? new NotificationsBody { Email = email, Language = settings.NotifyLanguage } : null,
        FinishAt = Wire.Instants.Of(settings.FinishAt),
        FinishWhenIdle = settings.FinishWhenIdle,
        OuterHoursException = settings.OuterHoursException is { } reason ? new ExceptionBody(reason) : null,
        AllowSilence = settings.AllowSilence,
        Project = settings.Project,
        Start = startsAt.IsNone ? null : Wire.Instants.Text(startsAt.ToDateTimeOffset()),
    };

    /// <summary>Null: an id of it is no id.</summary>
    /// <param name="organisationZone">For a campaign without a zone of its own.</param>
    /// <param name="refusals">What is wrong.</param>
    /// <param name="former">What was: secrets that are not sent stay.</param>
    public CampaignSettings? ToSettings(string? organisationZone, List<Refusal> refusals, CampaignSettings? former = null)
    {
        if (!Dialer.ChannelId.TryParse(ChannelId, out var channel))
        {
            refusals.Add(new Refusal("invalid_setting", "channelId is the id of a channel, a text of digits.", Field: "channelId"));
        }

        ListId? list = null;
        if (PhoneListId is not null)
        {
            if (ListId.TryParse(PhoneListId, out var parsed))
            {
                list = parsed;
            }
            else
            {
                refusals.Add(new Refusal("invalid_setting", "phoneListId is the id of a phone list, a text of digits.", Field: "phoneListId"));
            }
        }

        if (LatestHourConfirmed is not null && LatestHour.Minute(LatestHourConfirmed) is null)
        {
            refusals.Add(new Refusal("invalid_setting", "latestHourConfirmed is an hour as it was told, for example 27:00.", Field: "latestHourConfirmed"));
        }

        if ((TimeZone ?? organisationZone) is not { } zone)
        {
            refusals.Add(new Refusal("time_zone_needed", "Give the timeZone of the campaign, for example Europe/Moscow, or set the organisation's.", Field: "timeZone"));
            return null;
        }

        return refusals.Count > 0 ? null : new CampaignSettings
        {
            Name = Name,
            Channel = channel,
            List = list,
            MaxSimultaneousCalls = MaxSimultaneousCalls,
            CallingWindows = CallingWindows,
            UseSubscriberLocalTime = UseSubscriberLocalTime,
            TimeZone = zone,
            AmbiguousZone = (AmbiguousZonePolicy)AmbiguousZone,
            LatestMinuteConfirmed = LatestHour.Minute(LatestHourConfirmed),
            Attempts = Attempts.ToPolicy(),
            Scenario = Scenario?.ToScenario(former?.Scenario),
            NotifyEmail = Notifications?.Email,
            NotifyLanguage = Notifications?.Language,
            FinishAt = FinishAt is { } finish ? UnixTime.From(finish) : UnixTime.None,
            FinishWhenIdle = FinishWhenIdle,
            OuterHoursException = OuterHoursException?.Reason,
            AllowSilence = AllowSilence,
            Project = Project,
        };
    }
}

/// <summary>As the process contract writes it: <c>safe-hours</c>, <c>campaign-zone</c>, <c>strict</c>, <c>skip-and-report</c> (P4).</summary>
internal enum AmbiguousZone : byte
{
    SafeHours = AmbiguousZonePolicy.SafeHours,
    CampaignZone = AmbiguousZonePolicy.CampaignZone,
    Strict = AmbiguousZonePolicy.Strict,
    SkipAndReport = AmbiguousZonePolicy.SkipAndReport,
}

internal sealed class AmbiguousZoneJson() : System.Text.Json.Serialization.JsonStringEnumConverter<AmbiguousZone>(
    System.Text.Json.JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>How often and how soon numbers are tried again (P5, P6, P7).</summary>
internal sealed record AttemptsBody
{
    /// <summary>1–99.</summary>
    public int Initial { get; init; } = 1;

    /// <summary>Cap on all series of a job together, initial–99.</summary>
    public int Maximum { get; init; } = 99;

    /// <summary>1–2880, from the end of one attempt to the start of the next.</summary>
    public int PauseMinutes { get; init; } = 30;

    /// <summary>0 = every answered call is final.</summary>
    public int RedialIfShorterThanSeconds { get; init; }

    public static AttemptsBody Of(AttemptPolicy policy) => new()
    {
        Initial = policy.Initial,
        Maximum = policy.Maximum,
        PauseMinutes = policy.PauseMinutes,
        RedialIfShorterThanSeconds = policy.RedialIfShorterThanSeconds,
    };

    public AttemptPolicy ToPolicy() => new()
    {
        Initial = Initial,
        Maximum = Maximum,
        PauseMinutes = PauseMinutes,
        RedialIfShorterThanSeconds = RedialIfShorterThanSeconds,
    };
}

/// <summary>Where e-mails of P17 go.</summary>
internal sealed record NotificationsBody
{
    /// <summary>One address, or up to ten separated by commas.</summary>
    public string? Email { get; init; }

    /// <summary><c>ru</c>, <c>en</c> or <c>both</c>; null = the installation's.</summary>
    public string? Language { get; init; }

    /// <summary>Only shown: why mails would not leave.</summary>
    public string? Warning { get; init; }
}

/// <summary>Why the outer hours do not hold (P60).</summary>
internal sealed record ExceptionBody(string Reason);
