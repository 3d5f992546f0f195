using Dialer.Campaigns;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Numbers;
using Dialer.Gateway.Problems;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Reports;

/// <summary>
/// <c>/api/v1/campaigns/{id}/reports</c>: jobs and attempts as files (P50). Instants are in the campaign's zone, with their offset.
/// </summary>
internal static class ReportEndpoints
{
    public static IServiceCollection AddReports(this IServiceCollection services) => services.AddSingleton<XlsxReport>();

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/api/v1/campaigns/{id:long}/reports").WithTags("Reports");
        reports.MapGet("/jobs.csv", JobsCsvAsync).WithName("getJobsCsv")
            .WithSummary("A row per number: how it stands or ended, payload and report data. ?status=waiting|live|backoff|final.")
            .Produces<string>(200, CsvReport.ContentType).ProducesProblem(400).ProducesProblem(404);
        reports.MapGet("/jobs.xlsx", JobsXlsxAsync).WithName("getJobsXlsx").WithSummary("As jobs.csv, as a workbook: up to 1,048,575 rows.")
            .Produces<byte[]>(200, XlsxReport.ContentType).ProducesProblem(400).ProducesProblem(404).ProducesProblem(422).ProducesProblem(507);
        reports.MapGet("/attempts.csv", AttemptsCsvAsync).WithName("getAttemptsCsv").WithSummary("A row per call, those that did not count as attempts too.")
            .Produces<string>(200, CsvReport.ContentType).ProducesProblem(404);
        reports.MapGet("/attempts.xlsx", AttemptsXlsxAsync).WithName("getAttemptsXlsx").WithSummary("As attempts.csv, as a workbook: up to 1,048,575 rows.")
            .Produces<byte[]>(200, XlsxReport.ContentType).ProducesProblem(404).ProducesProblem(422).ProducesProblem(507);
    }

    private static Task<IResult> JobsCsvAsync(long id, IGrainFactory grains, IReportExports exports, CancellationToken cancel, string? status = null) =>
        WithJobsAsync(id, status, grains, exports, (campaign, table) => Task.FromResult(Csv(campaign, "jobs", table, cancel)), cancel);

    private static Task<IResult> JobsXlsxAsync(
        long id, IGrainFactory grains, IReportExports exports, XlsxReport workbooks, CancellationToken cancel, string? status = null) =>
        WithJobsAsync(id, status, grains, exports, (campaign, table) => XlsxAsync(campaign, "jobs", table, workbooks, cancel), cancel);

    private static Task<IResult> AttemptsCsvAsync(long id, IGrainFactory grains, IReportExports exports, CancellationToken cancel) =>
        WithAttemptsAsync(id, grains, exports, (campaign, table) => Task.FromResult(Csv(campaign, "attempts", table, cancel)), cancel);

    private static Task<IResult> AttemptsXlsxAsync(long id, IGrainFactory grains, IReportExports exports, XlsxReport workbooks, CancellationToken cancel) =>
        WithAttemptsAsync(id, grains, exports, (campaign, table) => XlsxAsync(campaign, "attempts", table, workbooks, cancel), cancel);

    private static async Task<IResult> WithJobsAsync(
        long id, string? status, IGrainFactory grains, IReportExports exports, Func<Dialer.Campaigns.CampaignView, ReportTable, Task<IResult>> answer, CancellationToken cancel)
    {
        JobStatus? wanted = null;
        if (!string.IsNullOrEmpty(status))
        {
            if (!NumberWords.TryParse(status, out var parsed))
            {
                return Problem.Of(400, "bad_status", "status is waiting, live, backoff or final.", [new ProblemError("status", "bad_status", "status is waiting, live, backoff or final.")]);
            }

            wanted = parsed;
        }

        return await CampaignEndpoints.FindAsync(grains, id) is { } campaign
            ? await answer(campaign, new JobsTable(exports, campaign.Id, wanted, await exports.ReadColumnsAsync(campaign.Id, cancel), campaign.Settings.TimeZone))
            : CampaignEndpoints.NotFound();
    }

    private static async Task<IResult> WithAttemptsAsync(
        long id, IGrainFactory grains, IReportExports exports, Func<Dialer.Campaigns.CampaignView, ReportTable, Task<IResult>> answer, CancellationToken cancel) =>
        await CampaignEndpoints.FindAsync(grains, id) is { } campaign
            ? await answer(campaign, new AttemptsTable(exports, campaign.Id, await exports.ReadColumnsAsync(campaign.Id, cancel), campaign.Settings.TimeZone))
            : CampaignEndpoints.NotFound();

    private static IResult Csv(Dialer.Campaigns.CampaignView campaign, string what, ReportTable table, CancellationToken cancel) => Results.Stream(
        body => CsvReport.WriteAsync(table, body, cancel), CsvReport.ContentType, FileNames.Of(campaign.Settings.Name, what, "csv"));

    private static async Task<IResult> XlsxAsync(Dialer.Campaigns.CampaignView campaign, string what, ReportTable table, XlsxReport workbooks, CancellationToken cancel)
    {
        try
        {
            return await workbooks.MakeAsync(table, cancel) is { } file
                ? Results.Stream(file, XlsxReport.ContentType, FileNames.Of(campaign.Settings.Name, what, "xlsx"))
                : Problem.Of(422, "report_too_long", $"A sheet takes {XlsxReport.MaxRows} rows, and this report has more; take {what}.csv.");
        }
        catch (IOException)
        {
            return Problem.Of(507, "disk_full", $"The dialer's disk has no room to make a workbook; take {what}.csv, which needs none.");
        }
    }
}
