using Dialer.Campaigns;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>What a campaign is and where it stands (calls-api §1.11).</summary>
internal static class CampaignInfo
{
    public static void MapCampaignInfo(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(CallsRoutes.Calls, InfoAsync).WithName("getCallTask").Described<CallTask>("The campaign and its figures.").AllowAnonymous();
        routes.MapGet(CallsRoutes.Calls + "/status", StatusAsync).WithName("getCallTaskStatus").Described<string>("new, planned, inProgress, paused, finished or deleted.").AllowAnonymous();
    }

    private static Task<IResult> StatusAsync(string token, IDialerQueries queries) =>
        CallsRoutes.WithCampaignAsync(token, queries, campaign => Task.FromResult(CallsJson.Ok(CallsStatus.Of(campaign))));

    private static Task<IResult> InfoAsync(string token, IDialerQueries queries) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            var settings = await queries.ReadSettingsAsync(campaign.Id);
            return settings is null ? CallsErrors.NoSuchToken() : CallsJson.Ok(CallTask.Of(campaign, settings));
        });
}

/// <summary>A campaign on the wire.</summary>
/// <param name="BotId">Id of the channel.</param>
internal sealed record CallTask(
    long Id,
    string Name,
    string ProjectName,
    long CreationDate,
    string BotId,
    long? StartTime,
    long? EndTime,
    string Status,
    int MaxSimultaneousCalls,
    ShortReport ShortReport)
{
    public static CallTask Of(CampaignSummary campaign, CampaignSettings settings) => new(
        campaign.Id.Value,
        campaign.Name,
        settings.Project,
        campaign.CreatedAt.Ms,
        settings.Channel.ToString(),
        ReportWords.Ms(campaign.StartedAt.IsNone ? campaign.StartsAt : campaign.StartedAt),
        ReportWords.Ms(campaign.FinishedAt),
        CallsStatus.Of(campaign),
        settings.MaxSimultaneousCalls,
        ShortReport.Of(campaign.Counters));
}

/// <param name="UsedTalkingTime">Seconds.</param>
/// <param name="UsedAsrSeconds">Seconds of speech recognition and synthesis (P46).</param>
/// <param name="RetryCalls">Attempts beyond each job's first (calls-api §5 row 6).</param>
internal sealed record ShortReport(int TotalNumbers, int ProcessedNumbers, long UsedTalkingTime, long UsedAsrSeconds, int InProcessCalls, int RetryCalls)
{
    public static ShortReport Of(CampaignCounters counters) => new(
        counters.Total, counters.Final, counters.TalkMs / 1000, counters.SpeechSeconds, counters.Live, counters.RetryAttempts);
}
