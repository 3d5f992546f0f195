using System.Text.Json;
using Dialer.Campaigns;
using Dialer.Gateway.Wire;
using Dialer.Numbers;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>Reports by selection and by date (calls-api §1.9).</summary>
internal static class CallReports
{
    private const int MaxPage = 199;
    private const int MaxPageSize = 200;
    private const int DefaultPageSize = 20;

    public static void MapCallReports(this IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder Map(string path, string name, Delegate handler) =>
            routes.MapPost(CallsRoutes.Calls + path, handler).WithName(name).AllowAnonymous();
        Map("/callJob/getReport", "getCallJobReport", JobsAsync)
            .Described<CallJobReport[]>("Jobs by phone or id: a row for each series.").Takes<CallNumbersAndCallJobIds>();
        Map("/callJob/getReportByDate", "getCallJobReportByDate", JobsByDateAsync)
            .Described<CallsPage<CallJobReport>>("Jobs by when they were created or finished.").Takes<ByDate>();
        Map("/callJob/getUnfinished", "getCallJobReportUnfinished", UnfinishedAsync)
            .Described<CallsPage<CallJobReport>>("Jobs that are not finished.").Takes<CallsPagination>();
        Map("/callAttempt/getReport", "getCallAttemptReport", AttemptsAsync)
            .Described<CallAttemptReport[]>("Attempts of jobs, by phone or id.").Takes<CallNumbersAndCallJobIds>();
        Map("/callAttempt/getReportByDate", "getCallAttemptReportByDate", AttemptsByDateAsync)
            .Described<CallsPage<CallAttemptReport>>("Attempts by when they started or finished.").Takes<ByDate>();
        // an older address of the same (calls-api §1.1)
        routes.MapPost(CallsRoutes.Calls + "/getReport", JobsAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static Task<IResult> JobsAsync(string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobReports reports) =>
        SelectedAsync(token, context, queries, numbers, reports, async (campaign, jobs) =>
            CallsJson.Ok((await reports.ReadSeriesAsync(campaign, jobs)).Select(CallJobReport.Of)));

    private static Task<IResult> AttemptsAsync(string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobReports reports) =>
        SelectedAsync(token, context, queries, numbers, reports, async (campaign, jobs) =>
            CallsJson.Ok((await reports.ReadAttemptsAsync(campaign, jobs)).Select(CallAttemptReport.Of)));

    private static Task<IResult> SelectedAsync(
        string token,
        HttpContext context,
        IDialerQueries queries,
        INumberReader numbers,
        IJobReports reports,
        Func<CampaignId, IReadOnlyCollection<JobId>, Task<IResult>> answer) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            var (selection, fault) = await Selection.ReadAsync(context, numbers);
            if (selection is null)
            {
                return fault!;
            }

            // a deleted campaign has no numbers any more (P57)
            var (jobs, unknown) = selection.Resolve(campaign.Status == CampaignStatus.Deleted ? [] : await reports.FindJobsAsync(campaign.Id, selection.Ids, selection.Phones));
            return jobs is null ? unknown! : await answer(campaign.Id, [.. jobs.Select(j => j.Id)]);
        });

    private static Task<IResult> JobsByDateAsync(string token, HttpContext context, IDialerQueries queries, IJobReports reports) =>
        PageAsync(token, context, queries, isBare: false, async (campaign, filter, page) => new CallsPage<CallJobReport>(
            [.. (await reports.ReadSeriesAsync(
                campaign.Id,
                new SeriesFilter
                {
                    CreatedFrom = filter("createdAtFrom"), CreatedTo = filter("createdAtTo"), FinishedFrom = filter("finishedAtFrom"), FinishedTo = filter("finishedAtTo"),
                },
                page.Offset,
                page.PageSize)).Select(CallJobReport.Of)],
            page));

    private static Task<IResult> UnfinishedAsync(string token, HttpContext context, IDialerQueries queries, IJobReports reports) =>
        PageAsync(token, context, queries, isBare: true, async (campaign, _, page) => new CallsPage<CallJobReport>(
            [.. (await reports.ReadSeriesAsync(campaign.Id, new SeriesFilter { IsUnfinishedOnly = true }, page.Offset, page.PageSize)).Select(CallJobReport.Of)],
            page));

    private static Task<IResult> AttemptsByDateAsync(string token, HttpContext context, IDialerQueries queries, IJobReports reports) =>
        PageAsync(token, context, queries, isBare: false, async (campaign, filter, page) => new CallsPage<CallAttemptReport>(
            [.. (await reports.ReadAttemptsAsync(
                campaign.Id,
                new AttemptFilter
                {
                    StartedFrom = filter("startedAtFrom"), StartedTo = filter("startedAtTo"), FinishedFrom = filter("finishedAtFrom"), FinishedTo = filter("finishedAtTo"),
                },
                page.Offset,
                page.PageSize)).Select(CallAttemptReport.Of)],
            page));

    /// <param name="isBare">The body is the pagination itself.</param>
    private static Task<IResult> PageAsync<T>(
        string token,
        HttpContext context,
        IDialerQueries queries,
        bool isBare,
        Func<CampaignSummary, Func<string, UnixTime>, CallsPagination, Task<CallsPage<T>>> answer) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            var (body, fault) = await CallsBody.ReadAsync(context);
            if (fault is not null)
            {
                return fault;
            }

            var (page, badPage) = Pagination(isBare ? body : Member(body, "pagination"));
            if (page is null)
            {
                return badPage!;
            }

            var filter = Member(body, "filter");
            string? bad = null;
            UnixTime Bound(string name)
            {
                var value = Member(filter, name);
                if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
                {
                    return UnixTime.None;
                }

                if (Instants.TryReadMs(value, out var ms))
                {
                    // from the epoch on, or before: no lower bound; until then: nothing
                    return ms > 0 ? new UnixTime(ms) : name.EndsWith("From", StringComparison.Ordinal) ? UnixTime.None : new UnixTime(1);
                }

                bad = name;
                return UnixTime.None;
            }

            string[] names = ["createdAtFrom", "createdAtTo", "startedAtFrom", "startedAtTo", "finishedAtFrom", "finishedAtTo"];
            var bounds = names.ToDictionary(n => n, Bound, StringComparer.Ordinal);
            return bad is not null
                ? CallsErrors.BadRequest($"filter.{bad} is an instant with an offset, or Unix milliseconds.")
                : CallsJson.Ok(campaign.Status == CampaignStatus.Deleted ? new CallsPage<T>([], page) : await answer(campaign, n => bounds[n], page));
        });

    private static (CallsPagination? Page, IResult? Fault) Pagination(JsonElement pagination)
    {
        var (page, size) = (Number(pagination, "page", 0), Number(pagination, "pageSize", DefaultPageSize));
        return page is < 0 or > MaxPage ? (null, CallsErrors.BadRequest($"page is a whole number from 0 to {MaxPage}."))
            : size is < 1 or > MaxPageSize ? (null, CallsErrors.BadRequest($"pageSize is a whole number from 1 to {MaxPageSize}."))
            : (new CallsPagination(page, size), null);
    }

    /// <summary>−1 = no whole number.</summary>
    private static int Number(JsonElement parent, string name, int usual)
    {
        var value = Member(parent, name);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => usual,
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            _ => -1,
        };
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;
}

/// <summary>A page of a report: there is no total.</summary>
internal sealed record CallsPage<T>(IReadOnlyList<T> Items, CallsPagination Pagination);

internal sealed record CallsPagination(int Page, int PageSize)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public int Offset => Page * PageSize;
}
