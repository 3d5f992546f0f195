using System.Diagnostics;
using System.Globalization;
using Dialer.Calls;
using Dialer.Files;
using Dialer.Gateway.Reports;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>Reports of a million numbers as they are downloaded, and what they take of memory: at a fifth of the rows and at all of them.</summary>
internal sealed class ReportBench(Engines engines, FigureTable figures)
{
    private const int Chunk = 10_000;
    private const long MegaByte = 1 << 20;
    private static readonly CampaignId Small = new(100);
    private static readonly CampaignId Large = new(200);

    private static readonly BulkColumn[] Jobs =
    [
        new("id", BulkType.Int64), new("campaign", BulkType.Int64), new("phone", BulkType.Int64), new("lane", BulkType.Int64), new("not_before", BulkType.Int64),
        new("status", BulkType.Int16), new("result", BulkType.Int16), new("attempts_total", BulkType.Int16), new("try_number", BulkType.Int32), new("created_at", BulkType.Int64),
        new("finished_at", BulkType.Int64),
    ];

    private static readonly BulkColumn[] Data =
        [new("job", BulkType.Int64), new("campaign", BulkType.Int64), new("zone_source", BulkType.Int16), new("list_row", BulkType.Int64), new("payload", BulkType.Text)];

    private static readonly BulkColumn[] Tries =
    [
        .. "job number campaign series attempt_number planned_at started_at answered_at ended_at class fault ended_by sip_code q850 answered_by speech_seconds job_status job_result next_at"
            .Split(' ').Select(c => new BulkColumn(c, BulkType.Int64)),
        .. "rule call_result report_data call_result_payload call_tags".Split(' ').Select(c => new BulkColumn(c, BulkType.Text)),
    ];

    public async Task RunAsync()
    {
        var storage = await engines.NewAsync(StorageEngine.Sqlite);
        await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
        await using var services = new ServiceCollection().AddLogging().AddDialerStore(storage).BuildServiceProvider();
        var database = services.GetRequiredService<IDatabase>();
        await SeedAsync(database, Small, 1, BenchSettings.Million / 5);
        await SeedAsync(database, Large, 2_000_000, BenchSettings.Million);
        var exports = services.GetRequiredService<IReportExports>();
        using var workbooks = new XlsxReport(services.GetRequiredService<ISpool>());
        foreach (var (campaign, rows) in new[] { (Small, BenchSettings.Million / 5), (Large, BenchSettings.Million) })
        {
            await MeasureAsync("jobs.csv", rows, async () => await CsvReport.WriteAsync(await JobsAsync(exports, campaign), Stream.Null, CancellationToken.None));
            await MeasureAsync("attempts.csv", rows, async () => await CsvReport.WriteAsync(
                new AttemptsTable(exports, campaign, await exports.ReadColumnsAsync(campaign, CancellationToken.None), "Europe/Moscow"), Stream.Null, CancellationToken.None));
            await MeasureAsync("jobs.xlsx", rows, async () =>
            {
                await using var file = await workbooks.MakeAsync(await JobsAsync(exports, campaign), CancellationToken.None);
            });
        }
    }

    private static async Task<JobsTable> JobsAsync(IReportExports exports, CampaignId campaign) =>
        new(exports, campaign, null, await exports.ReadColumnsAsync(campaign, CancellationToken.None), "Europe/Moscow");

    private async Task MeasureAsync(string report, int rows, Func<Task> write)
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var (heap, resident) = (0L, 0L);
        using var over = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!over.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                using var self = Process.GetCurrentProcess();
                (heap, resident) = (Math.Max(heap, GC.GetTotalMemory(false)), Math.Max(resident, self.WorkingSet64));
            }
        });
        var allocated = GC.GetTotalAllocatedBytes();
        var began = TimeProvider.System.GetTimestamp();
        await write();
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        await over.CancelAsync();
        await watching;
        figures.Add(
            $"{report}, {rows:N0} rows/s", (rows / seconds).ToString("N0", CultureInfo.InvariantCulture), "peak heap / resident, MB",
            string.Create(CultureInfo.InvariantCulture, $"{heap / MegaByte} / {resident / MegaByte}"), wanted: string.Create(CultureInfo.InvariantCulture, $"{allocated / rows} bytes allocated a row"));
    }

    private static async Task SeedAsync(IDatabase database, CampaignId campaign, long first, int rows)
    {
        await database.WriteAsync((connection, _) => connection.ExecuteAsync(
            "insert into campaign (id, name, token, status, epoch, settings_version, settings, channel, list, max_calls, created_at, starts_at, started_at, finished_at, deleted_at) "
            + "values (@id, 'bench', @token, 2, 1, 1, '{}', 1, 0, 1, 1, 0, 1, 0, 0)", ("id", campaign.Value), ("token", $"t{campaign}")));
        var began = TimeProvider.System.Now().Ms;
        for (var at = 0; at < rows; at += Chunk)
        {
            // an instant per chunk, as a list is loaded
            var now = began + at;
            var ids = Enumerable.Range(at, Math.Min(Chunk, rows - at)).ToList();
            await database.WriteAsync(async (connection, _) =>
            {
                await database.InsertManyAsync(connection, "call_job", Jobs, ids.Select(i => new object?[]
                {
                    first + i, campaign.Value, 79_160_000_000 + i, 2L, now, (short)JobStatus.Final, (short)JobResult.Reached, (short)1, 1, now, now,
                }));
                await database.InsertManyAsync(connection, "call_job_data", Data, ids.Select(i => new object?[]
                {
                    first + i, campaign.Value, (short)1, (long)i,
                    string.Create(CultureInfo.InvariantCulture, $$"""{"phone":"+7 916 {{i}}","name":"Имя {{i % 977}}","city":"Город {{i % 89}}","contract":"C-{{i}}"}"""),
                }));
                return await database.InsertManyAsync(connection, "call_try", Tries, ids.Select(i => Try(first + i, campaign, now)));
            });
        }
    }

    private static object?[] Try(long job, CampaignId campaign, long now) =>
    [
        job, 1L, campaign.Value, 0L, 1L, now, now, now + 3000, now + 30_000, (long)CallClass.Answered, 0L, 1L, 200L, 16L, 1L, 5L, (long)JobStatus.Final, (long)JobResult.Reached, 0L,
        "reached", "ok", """{"score":{"value":"5","order":1},"comment":{"value":"call again","order":2}}""", """{"step":3}""",
        """{"vip":{"tagPayload":"gold"}}""",
    ];
}
