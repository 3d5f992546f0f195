using Dialer.Campaigns;
using Dialer.Gateway.Channels;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Campaigns;

/// <summary>A campaign as it is shown.</summary>
/// <param name="Token">For the Calls API (P19); only to those who may run campaigns.</param>
/// <param name="StartsAt">The planned start; null with status scheduled = a draft.</param>
internal sealed record CampaignView(
    string Id,
    string Etag,
    CampaignStatus Status,
    string? Token,
    CampaignBody Settings,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartsAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<PauseReason> PauseReasons,
    IReadOnlyList<string> AllowedActions,
    CountersView Counters)
{
    /// <param name="mailWarning">Why its mails would not leave; null = they would.</param>
    public static CampaignView Of(Dialer.Campaigns.CampaignView campaign, bool showsToken, string? mailWarning = null) => new(
        campaign.Id.ToString(),
        Versions.TagOf(campaign.SettingsVersion),
        campaign.Status,
        showsToken && campaign.HasToken ? campaign.Token : null,
        CampaignBody.Of(campaign.Settings, campaign.StartsAt) is var body && body.Notifications is { } told ? body with { Notifications = told with { Warning = mailWarning } } : body,
        campaign.CreatedAt.ToDateTimeOffset(),
        Instants.Of(campaign.StartsAt),
        Instants.Of(campaign.StartedAt),
        Instants.Of(campaign.FinishedAt),
        [.. campaign.PauseCauses.Select(PauseReason.Of)],
        campaign.AllowedActions,
        CountersView.Of(campaign.Counters));
}

/// <summary>A campaign in a list.</summary>
internal sealed record CampaignItem(
    string Id, string Name, CampaignStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? StartsAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, CountersView Counters)
{
    public static CampaignItem Of(Dialer.Reports.CampaignSummary campaign) => new(
        campaign.Id.ToString(), campaign.Name, campaign.Status, campaign.CreatedAt.ToDateTimeOffset(), Instants.Of(campaign.StartsAt),
        Instants.Of(campaign.StartedAt), Instants.Of(campaign.FinishedAt), CountersView.Of(campaign.Counters));
}

/// <summary>A cause that keeps a campaign paused (P12).</summary>
internal sealed record PauseReason(string Code, string Text, DateTimeOffset? Since, string? Evidence)
{
    public static PauseReason Of(PauseCause cause) => new(cause.Code, cause.Text, Instants.Of(cause.Since), cause.Evidence);
}

/// <summary>The figures of P18. <c>waiting + live + backoff + processed = loaded</c>.</summary>
/// <param name="Processed">Jobs with no open series.</param>
/// <param name="Live">Being dialed or in a call.</param>
/// <param name="Backoff">Held after technical errors (P8).</param>
/// <param name="BilledSeconds">Talk, each call rounded up by its channel's billing step (P46).</param>
internal sealed record CountersView(
    int Total,
    int Loaded,
    int Processed,
    int Waiting,
    int Live,
    int Backoff,
    int WaitingForRetry,
    int Answered,
    int NotAnswered,
    int Nonexistent,
    int TechnicalErrors,
    int NotDone,
    int Cancelled,
    int Unknown,
    int RejectedAtLoad,
    int Tries,
    int Attempts,
    int TechnicalFailures,
    int RedialsDropped,
    int AnsweredCalls,
    int BusyCalls,
    int RejectedCalls,
    int NoAnswerCalls,
    double TalkSeconds,
    long SpeechSeconds,
    long BilledSeconds = 0)
{
    public static CountersView Of(CampaignCounters c) => new(
        c.Total, c.Loaded, c.Final, c.Waiting, c.Live, c.Backoff, c.WaitingForRetry, c.Answered, c.NotAnswered, c.Nonexistent, c.TechnicalError,
        c.NotDone, c.Cancelled, c.Unknown, c.RejectedAtLoad, c.Tries, c.Attempts, c.TechnicalFailures, c.RedialsDropped, c.AnsweredCalls, c.BusyCalls,
        c.RejectedCalls, c.NoAnswerCalls, c.TalkMs / 1000.0, c.SpeechSeconds, c.BilledSeconds);
}

/// <summary>Live figures, and why nothing is dialed when nothing is (P18).</summary>
/// <param name="NextCallAt">When the next call is due; null while calls can start now, or nothing waits.</param>
/// <param name="IdleReason">Null while it dials.</param>
/// <param name="CallsPerSecond">Starts over the last seconds.</param>
internal sealed record ProgressView(
    CampaignStatus Status,
    CountersView Counters,
    DateTimeOffset? NextCallAt,
    IdleView? IdleReason,
    double CallsPerSecond,
    ChannelHealth? Channel,
    IReadOnlyList<PauseReason> PauseReasons)
{
    public static ProgressView Of(CampaignProgress progress) => new(
        progress.Status,
        CountersView.Of(progress.Counters),
        Instants.Of(progress.NextCallAt),
        progress.Idle is { } idle ? new IdleView(idle.Code, idle.Text, Instants.Of(idle.Until)) : null,
        Math.Round(progress.CallsPerSecond, 2),
        progress.Channel is { } channel ? ChannelHealth.Of(channel) : null,
        [.. progress.PauseCauses.Select(PauseReason.Of)]);
}

/// <summary>Why nothing is dialed, and until when.</summary>
internal sealed record IdleView(string Code, string Text, DateTimeOffset? Until);
