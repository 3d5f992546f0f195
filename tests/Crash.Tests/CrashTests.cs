using System.Globalization;
using Dialer.Calls;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Engines))]
// these tests mostly wait: for calls, pauses and backoffs of processes of their own
[assembly: Xunit.v3.Parallelization(MaxThreads = -1)]

namespace Dialer.Tests;

/// <summary>
/// P29, P30, I1–I6 on the real program: <c>dial</c> against a carrier process, killed with <c>kill -9</c> at random instants and
/// started again, until everybody was called; then the carrier's ledger, the report and the books are compared.
/// </summary>
public abstract class CrashTests(Engines engines, ITestOutputHelper output, StorageEngine engine)
{
    private const int MaxCalls = 40;
    private const int Attempts = 2;

    private static int Kills => Setting("DIALER_CRASH_KILLS", 8);

    private static int Seed => Setting("DIALER_CRASH_SEED", 1);

    [Fact]
    public async Task KilledAtRandomInstants_LosesNoNumber_DialsNoTryTwice_ExceedsNoCap()
    {
        var storage = await engines.NewAsync(engine);
        var directory = storage.DataDirectory;
        var ledger = Path.Combine(directory, "ledger.txt");
        var phones = Enumerable.Range(0, Kills * 120 + 200).Select(i => 79_002_000_000 + i).ToList();
        await File.WriteAllLinesAsync(Path.Combine(directory, "list.csv"), phones.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        await using var carrier = DialerProgram.Start(directory, "carrier", "--ledger", ledger, "--speed", "20");
        var listening = await carrier.UntilPrintedAsync("carrier listening on ", TimeSpan.FromSeconds(20));
        string[] arguments =
        [
            "dial", "list.csv", "--channel", "sim:" + listening.Split(' ')[^1], "--any-time", "--max-calls", $"{MaxCalls}", "--attempts", $"{Attempts}",
            "--pause-minutes", "1", "--ring-seconds", "5", "--report", "report.csv", $"--Dialer:DataDirectory={directory}",
            .. engine == StorageEngine.PostgreSql ? new[] { "--Dialer:Storage=PostgreSql", $"--ConnectionStrings:Dialer={storage.ConnectionString}" } : [],
        ];

        await KillAgainAndAgainAsync(directory, arguments);
        await using (var last = DialerProgram.Start(directory, arguments))
        {
            await last.Exited.WaitAsync(TimeSpan.FromMinutes(15));
            Assert.True(last.ExitCode == 0, string.Join('\n', last.Output.TakeLast(15)));
        }

        await CompareAsync(storage, phones, LedgerBooks.Read(ledger));
    }

    private async Task KillAgainAndAgainAsync(string directory, string[] arguments)
    {
        var random = new Random(Seed);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var run = DialerProgram.Start(directory, arguments);
            // most kills in the middle of calls; every fifth somewhere in the start
            if (kill % 5 != 0)
            {
                await run.UntilPrintedAsync("in progress", TimeSpan.FromSeconds(60));
            }

            await Task.WhenAny(run.Exited, Task.Delay(random.Next(50, 2500)));
            Assert.False(run.HasExited && run.ExitCode != 0, string.Join('\n', run.Output.TakeLast(15)));
            await run.KillAsync();
            // P54: nothing that it printed names a person
            Assert.DoesNotContain(run.Output, line => line.Contains("79002", StringComparison.Ordinal));
        }
    }

    private async Task CompareAsync(StorageOptions storage, List<long> phones, LedgerBooks books)
    {
        await using var host = await DialerHost.StartAsync(storage);
        var queries = host.Services.GetRequiredService<IDialerQueries>();
        var campaign = Assert.Single(await queries.ReadCampaignsAsync(10));
        var jobs = await queries.ReadJobsAsync(campaign.Id, new JobId(0), phones.Count + 10);
        var tries = new Dictionary<string, TryRecord>();
        foreach (var job in jobs)
        {
            foreach (var record in await queries.ReadTriesAsync(job.Id))
            {
                tries.Add(record.Try.ToString(), record);
            }
        }

        var lost = phones.Except(jobs.Where(j => j.Status == JobStatus.Final).Select(j => j.Phone.Value)).Count();
        var reported = File.ReadLines(Path.Combine(storage.DataDirectory, "report.csv")).Skip(1).Select(l => l.Split(',')[0]).ToList();
        var unrecorded = books.Starts.Keys.Except(tries.Keys).Count();
        var unknown = tries.Values.Count(t => t.Class == CallClass.Unknown);
        output.WriteLine(
            $"{engine}: {Kills} kills (seed {Seed}), {phones.Count} numbers, {books.Starts.Count} calls at the carrier: "
            + $"{lost} lost, {books.DialedTwice} dialed twice, at most {books.MostAtOnce} at once of {MaxCalls}, {unrecorded} not in our books, {unknown} unknown.");

        Assert.Equal(0, lost);
        Assert.Equal(phones.Count, jobs.Count);
        Assert.Equal(0, books.DialedTwice);
        Assert.True(books.MostAtOnce <= MaxCalls, $"{books.MostAtOnce} calls at once");
        Assert.Equal(0, books.StillUp);
        Assert.Equal(0, unrecorded);
        Assert.Equal(phones.Select(p => p.ToString(CultureInfo.InvariantCulture)).Order(), reported.Order());
        Assert.All(jobs, job => Assert.True(job.Attempts <= Attempts, $"{job.Id} made {job.Attempts} attempts"));
        Assert.Equal(jobs.Count, campaign.Counters.Total);
        Assert.Equal(campaign.Counters.Total, campaign.Counters.Final);
        Assert.Equal(0, campaign.Counters.Live + campaign.Counters.Waiting + campaign.Counters.Backoff);
        Assert.Equal(jobs.Count(j => j.Result is JobResult.Reached or JobResult.ReachedWithResult), campaign.Counters.Answered);
    }

    private static int Setting(string name, int value) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : value;
}
