using System.Data.Common;
using System.Globalization;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Queries;

/// <summary>
/// Pages of downloaded reports, on either engine. Every page is one of jobs, by the index of the campaign's own; tries are those of its
/// jobs, because they have no index by campaign.
/// </summary>
internal sealed class ReportExports(IDatabase database) : IReportExports
{
    /// <summary>Jobs of a page of the pass that finds the columns: payloads and report data only.</summary>
    private const int ColumnPage = 1_000;

    private const string PageText =
        "select j.id, j.phone, j.try_number, d.payload from call_job j left join call_job_data d on d.job = j.id where " + DialerQueries.AfterJob + DialerQueries.InOrder;

    public async Task<ReportColumns> ReadColumnsAsync(CampaignId campaign, CancellationToken cancel)
    {
        var names = new ColumnNames();
        for (JobId? after = new JobId(0); after is { } cursor;)
        {
            cancel.ThrowIfCancellationRequested();
            after = await database.ReadAsync(async connection =>
            {
                var jobs = await PageAsync(connection, campaign, cursor, ColumnPage);
                foreach (var payload in jobs.Select(j => j.Payload).OfType<string>())
                {
                    names.AddPayload(payload);
                }

                foreach (var data in (await SaidAsync(connection, campaign, jobs.Where(j => j.Tries > 0).Select(j => j.Id))).Select(s => s.Data).OfType<string>())
                {
                    names.AddData(data);
                }

                return NextOf(jobs, ColumnPage);
            });
        }

        return names.ToColumns();
    }

    public Task<IReadOnlyList<ExportedJob>> ReadJobsAsync(CampaignId campaign, JobStatus? status, JobId after, int limit) =>
        database.ReadAsync<IReadOnlyList<ExportedJob>>(async connection =>
        {
            var jobs = await connection.ListAsync(
                $"{DialerQueries.JobText}where {DialerQueries.AfterJob}"
                + (status is { } wanted ? string.Create(CultureInfo.InvariantCulture, $" and {DialerQueries.StatusAsRead} = {(int)wanted}") : "")
                + DialerQueries.InOrder,
                DialerQueries.Job,
                ("campaign", campaign.Value), ("after", after.Value), ("limit", limit));
            var said = (await SaidAsync(connection, campaign, jobs.Where(j => j.Tries > 0).Select(j => j.Id))).ToLookup(d => d.Job);
            return [.. jobs.Select(j => Exported(j, [.. said[j.Id]]))];
        });

    public Task<TryPage> ReadTriesAsync(CampaignId campaign, JobId after, int jobs) => database.ReadAsync(async connection =>
    {
        var page = await PageAsync(connection, campaign, after, jobs);
        var ids = page.Where(j => j.Tries > 0).Select(j => j.Id.ToString()).ToList();
        var tries = ids.Count == 0 ? [] : await connection.ListAsync(
            $"select {TryRows.Columns} from call_try where job in ({string.Join(',', ids)}) and campaign = @campaign and class <> @notplaced order by job, number",
            TryRows.Read,
            ("campaign", campaign.Value), ("notplaced", (short)CallClass.NotPlaced));
        var byJob = tries.ToLookup(t => t.Try.Job);
        return new TryPage([.. page.SelectMany(j => byJob[j.Id].Select(t => new ExportedTry(j.Phone, t, j.Payload)))], NextOf(page, jobs));
    });

    private static JobId? NextOf(List<PageJob> page, int limit) => page.Count == limit ? page[^1].Id : null;

    private static Task<List<PageJob>> PageAsync(DbConnection connection, CampaignId campaign, JobId after, int limit) => connection.ListAsync(
        PageText,
        r => new PageJob(new JobId(r.GetInt64(0)), new PhoneNumber(r.GetInt64(1)), r.GetInt32(2), r.IsDBNull(3) ? null : r.GetString(3)),
        ("campaign", campaign.Value), ("after", after.Value), ("limit", limit));

    private static ExportedJob Exported(JobReport job, IReadOnlyList<SaidInTry> said)
    {
        var last = said.LastOrDefault(s => s.Result is not null);
        return new ExportedJob(
            job, [.. said.Select(s => s.Data).OfType<string>()], last.Result, last.Payload, CallTag.LastOf(said.LastOrDefault(s => s.Tags is not null).Tags));
    }

    /// <summary>What bots said in the tries of these jobs, oldest first.</summary>
    private static async Task<List<SaidInTry>> SaidAsync(DbConnection connection, CampaignId campaign, IEnumerable<JobId> jobs)
    {
        var ids = string.Join(',', jobs.Select(j => j.ToString()));
        return ids.Length == 0 ? [] : await connection.ListAsync(
            $"select job, report_data, call_result, call_result_payload, call_tags from call_try where job in ({ids}) and campaign = @campaign "
            + "and (report_data is not null or call_result is not null or call_tags is not null) order by job, number",
            r => new SaidInTry(new JobId(r.GetInt64(0)), Text(r, 1), Text(r, 2), Text(r, 3), Text(r, 4)),
            ("campaign", campaign.Value));
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private readonly record struct SaidInTry(JobId Job, string? Data, string? Result, string? Payload, string? Tags);

    private readonly record struct PageJob(JobId Id, PhoneNumber Phone, int Tries, string? Payload);
}
