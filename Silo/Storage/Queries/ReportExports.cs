using System.Data.Common;
using System.Globalization;
using Dialer.Calls;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Queries;

/// <summary>Pages of downloaded reports, on either engine.</summary>
internal sealed class ReportExports(IDatabase database) : IReportExports
{
    /// <summary>Rows of a page of the pass that finds the columns: payloads only.</summary>
    private const int ColumnPage = 2_000;

    private static readonly string TryText =
        $"select {string.Join(", ", TryRows.Columns.Split(", ").Select(c => $"t.{c}"))}, j.phone, d.payload "
        + "from call_try t join call_job j on j.id = t.job left join call_job_data d on d.job = t.job "
        + "where t.campaign = @campaign and (t.job, t.number) > (@job, @number) and t.class <> @notplaced order by t.job, t.number limit @limit";

    private static readonly int TryColumns = TryRows.Columns.Split(", ").Length;

    public async Task<ReportColumns> ReadColumnsAsync(CampaignId campaign, CancellationToken cancel)
    {
        var names = new ColumnNames();
        var after = 0L;
        for (var read = ColumnPage; read == ColumnPage;)
        {
            cancel.ThrowIfCancellationRequested();
            (read, after) = await ReadPageAsync(
                "select j.id, d.payload from call_job j left join call_job_data d on d.job = j.id "
                + $"where {DialerQueries.AfterJob}{DialerQueries.InOrder}",
                campaign, [("after", after)], names.AddPayload);
        }

        var (job, number) = (0L, 0L);
        for (var read = ColumnPage; read == ColumnPage;)
        {
            cancel.ThrowIfCancellationRequested();
            (read, job, number) = await ReadDataPageAsync(campaign, job, number, names);
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
            var data = await ReadDataAsync(connection, campaign, jobs);
            return [.. jobs.Select(j => new ExportedJob(j, [.. data[j.Id]]))];
        });

    public Task<IReadOnlyList<ExportedTry>> ReadTriesAsync(CampaignId campaign, TryId after, int limit) =>
        database.ReadAsync<IReadOnlyList<ExportedTry>>(async connection => await connection.ListAsync(
            TryText,
            r => new ExportedTry(new PhoneNumber(r.GetInt64(TryColumns)), TryRows.Read(r), r.IsDBNull(TryColumns + 1) ? null : r.GetString(TryColumns + 1)),
            ("campaign", campaign.Value), ("job", after.Job.Value), ("number", after.Number), ("notplaced", (short)CallClass.NotPlaced), ("limit", limit)));

    private static async Task<ILookup<JobId, string>> ReadDataAsync(DbConnection connection, CampaignId campaign, IReadOnlyList<JobReport> jobs)
    {
        var tried = jobs.Where(j => j.Tries > 0).Select(j => j.Id.ToString()).ToList();
        var rows = tried.Count == 0 ? [] : await connection.ListAsync(
            $"select job, report_data from call_try where campaign = @campaign and job in ({string.Join(',', tried)}) and report_data is not null order by job, number",
            r => (Job: new JobId(r.GetInt64(0)), Data: r.GetString(1)),
            ("campaign", campaign.Value));
        return rows.ToLookup(r => r.Job, r => r.Data);
    }

    private Task<(int Read, long After)> ReadPageAsync(string text, CampaignId campaign, (string, object?)[] cursor, Action<string> take) =>
        database.ReadAsync(async connection =>
        {
            await using var command = connection.Command(text, [("campaign", campaign.Value), ("limit", ColumnPage), .. cursor]);
            await using var reader = await command.ExecuteReaderAsync();
            var (read, after) = (0, 0L);
            while (await reader.ReadAsync())
            {
                read++;
                after = reader.GetInt64(0);
                if (!reader.IsDBNull(1))
                {
                    take(reader.GetString(1));
                }
            }

            return (read, after);
        });

    private Task<(int Read, long Job, long Number)> ReadDataPageAsync(CampaignId campaign, long job, long number, ColumnNames names) =>
        database.ReadAsync(async connection =>
        {
            await using var command = connection.Command(
                "select job, number, report_data from call_try where campaign = @campaign and (job, number) > (@job, @number) "
                + "and report_data is not null order by job, number limit @limit",
                ("campaign", campaign.Value), ("limit", ColumnPage), ("job", job), ("number", (int)number));
            await using var reader = await command.ExecuteReaderAsync();
            var read = 0;
            while (await reader.ReadAsync())
            {
                read++;
                (job, number) = (reader.GetInt64(0), reader.GetInt32(1));
                names.AddData(reader.GetString(2));
            }

            return (read, job, number);
        });
}
