using System.Text.Json;
using Dialer.Campaigns;
using Dialer.Gateway.Access;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.CallsApi;

/// <summary><c>callJob/cancel</c> (P27; calls-api §1.8): no further attempt; only jobs that came through this API.</summary>
internal static class CancelJobs
{
    /// <summary>Subscribers that are told at once.</summary>
    private const int AtOnce = 64;

    public static void MapCancelJobs(this IEndpointRouteBuilder routes) =>
        routes.MapPost(CallsRoutes.Calls + "/callJob/cancel", CancelAsync).WithName("cancelCallJob").Described<string[]>("No further attempt; a live call ends by itself. Answers the ids that were cancelled.").Takes<CallNumbersAndCallJobIds>().Audited("calls.cancel", target: null).AllowAnonymous();

    private static Task<IResult> CancelAsync(
        string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobReports reports, IGrainFactory grains, IAnswerBook answers, TimeProvider clock) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            context.AuditTarget(campaign.Id.ToString());
            var key = CallsRoutes.KeyOf(context.Request, campaign.Id, "cancel");
            if (CallsRoutes.RefuseKey(key) is { } refused)
            {
                return refused;
            }

            var (selection, fault) = await Selection.ReadAsync(context, numbers);
            if (selection is null)
            {
                return fault!;
            }

            // a request that was cut short is done again: what it cancelled already stays cancelled
            if (key is not null && (await answers.BeginAsync(key, clock.Now())).Answer is { } earlier)
            {
                return CallsJson.Ok(JsonSerializer.Deserialize<string[]>(earlier));
            }

            var (jobs, unknown) = selection.Resolve(campaign.Status == CampaignStatus.Deleted
                ? []
                : [.. (await reports.FindJobsAsync(campaign.Id, selection.Ids, selection.Phones)).Where(IsFromApi)]);
            if (jobs is null)
            {
                await (key is null ? Task.CompletedTask : answers.ForgetAsync(key));
                return unknown!;
            }

            var cancelled = await TellAsync(grains, campaign.Id, jobs);
            await (key is null ? Task.CompletedTask : answers.KeepAsync(key, JsonSerializer.Serialize(cancelled)));
            return CallsJson.Ok(cancelled);
        });

    private static bool IsFromApi(FoundJob job) => (job.Flags & JobFlags.FromApi) != 0;

    private static async Task<string[]> TellAsync(IGrainFactory grains, CampaignId campaign, IReadOnlyList<FoundJob> jobs)
    {
        var cancelled = new List<JobId>();
        foreach (var chunk in jobs.Where(j => j.Status != JobStatus.Final).GroupBy(j => j.Phone).Chunk(AtOnce))
        {
            var done = await Task.WhenAll(chunk.Select(phone => grains
                .GetGrain<ISubscriberGrain>(SubscriberKey.Of(campaign, phone.Key))
                .CancelAsync([.. phone.Select(j => j.Id)], EndReason.Cancelled)));
            cancelled.AddRange(done.SelectMany(d => d));
        }

        return [.. cancelled.Order().Select(j => j.ToString())];
    }
}
