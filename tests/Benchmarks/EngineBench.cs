using System.Globalization;
using Dialer.Campaigns;
using Dialer.Silo.Storage;
using Dialer.Tests;

namespace Dialer.Benchmarks;

/// <summary>The engine's figures, each beside its reference in the same run; runs alternate, medians count.</summary>
internal sealed class EngineBench(Engines engines, FigureTable figures)
{
    private const int Rounds = 5;
    private const int ImportRounds = 3;
    private const int PgbenchSeconds = 4;
    private static readonly StorageEngine[] Both = [StorageEngine.PostgreSql, StorageEngine.Sqlite];

    /// <param name="part"><c>tries</c>, <c>million</c>, <c>engine</c>: both; <c>import</c>: the first figure of <c>million</c>.</param>
    public async Task RunAsync(string part)
    {
        if (part == "import")
        {
            foreach (var engine in Both)
            {
                await ImportOnlyAsync(engine);
            }

            return;
        }

        if (part != "million")
        {
            await TriesAsync();
        }

        foreach (var engine in part == "tries" ? [] : Both)
        {
            await MillionAsync(engine);
        }
    }

    private async Task TriesAsync()
    {
        var server = await engines.ServerAsync();
        var reference = await server.CreateDatabaseAsync();
        await Pgbench.PrepareAsync(reference);
        // once unmeasured: compilers and caches warm up on both sides
        await Pgbench.RunAsync(server, reference, 2);
        await TriesBench.RunAsync(await engines.NewAsync(StorageEngine.PostgreSql));
        var pgbench = new List<double>();
        var runs = Both.ToDictionary(e => e, _ => new List<(TriesBench.Result Result, double Tps)>());
        for (var round = 0; round < Rounds; round++)
        {
            var tps = await Pgbench.RunAsync(server, reference, PgbenchSeconds);
            pgbench.Add(tps);
            foreach (var engine in Both)
            {
                runs[engine].Add((await TriesBench.RunAsync(await engines.NewAsync(engine)), tps));
            }
        }

        var median = FigureTable.Median(pgbench);
        foreach (var engine in Both)
        {
            Report(engine, runs[engine], median);
        }
    }

    private void Report(StorageEngine engine, List<(TriesBench.Result Result, double Tps)> runs, double pgbench)
    {
        const string reference = "pgbench row updates/s, 16 clients, prepared";
        var isHeld = engine == StorageEngine.PostgreSql;
        var tries = FigureTable.Median(runs.Select(r => r.Result.TriesPerSecond / r.Tps));
        var rows = FigureTable.Median(runs.Select(r => r.Result.RowsPerSecond / r.Tps));
        figures.Add(
            $"durable tries/s, {engine}", N(FigureTable.Median(runs.Select(r => r.Result.TriesPerSecond))), reference, N(pgbench), R(tries),
            isHeld ? "≥ 0.3 (aim 0.6)" : "", isHeld ? tries >= 0.3 : null);
        figures.Add(
            $"durable row writes/s, {engine}", N(FigureTable.Median(runs.Select(r => r.Result.RowsPerSecond))), reference, N(pgbench), R(rows),
            isHeld ? "≥ 1.5" : "", isHeld ? rows >= 1.5 : null);
        figures.Add(
            $"CPU µs per try of our process, {engine}", N(FigureTable.Median(runs.Select(r => r.Result.OwnCpuMicros))),
            isHeld ? "PostgreSQL's CPU µs per try" : "", isHeld ? N(FigureTable.Median(runs.Select(r => r.Result.ServerCpuMicros))) : "");
    }

    /// <summary>Everything that has to do with a million numbers, on one store after the other.</summary>
    private async Task MillionAsync(StorageEngine engine)
    {
        var storage = await engines.NewAsync(engine);
        var path = ImportBench.WriteList(storage.DataDirectory, BenchSettings.Million);
        await using (var host = await DialerHost.StartAsync(storage))
        {
            var list = await ImportAsync(engine, host, path);
            var (campaign, time) = await FirstCallBench.RunAsync(host, list);
            figures.Add(
                $"start to first call, 1,000,000-row list, {engine}", $"{time.TotalSeconds:0.00} s", "", "", "", "≤ 10 s", time <= TimeSpan.FromSeconds(10));
            await DialerHost.UntilAsync(campaign, p => p.Counters.Loaded == BenchSettings.Million, TimeSpan.FromMinutes(5), "the list is loaded");
            await CpuAsync(engine, host, campaign);
            await CloseAsync(campaign);
        }

        await MemoryAsync(engine, storage);
        await LatenessAsync(engine);
    }

    private async Task ImportOnlyAsync(StorageEngine engine)
    {
        var storage = await engines.NewAsync(engine);
        var path = ImportBench.WriteList(storage.DataDirectory, BenchSettings.Million);
        await using var host = await DialerHost.StartAsync(storage);
        await ImportAsync(engine, host, path);
    }

    private async Task<ListId> ImportAsync(StorageEngine engine, DialerHost host, string path)
    {
        var server = await engines.ServerAsync();
        var raw = await server.CreateDatabaseAsync();
        var (copies, imports, list) = (new List<double>(), new List<double>(), default(ListId));
        var (own, servers) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var round = 0; round < ImportRounds; round++)
        {
            copies.Add(await ImportBench.CopyAsync(raw, path, BenchSettings.Million));
            var (ownBefore, serverBefore) = (ProcessCpu.Own(), ProcessCpu.Of("postgres"));
            (list, var rate) = await ImportBench.ImportAsync(host, path);
            own += ProcessCpu.Own() - ownBefore;
            servers += ProcessCpu.Of("postgres") - serverBefore;
            imports.Add(rate);
        }

        figures.Add(
            $"CPU µs per imported row of our process, {engine}", F(own.TotalMicroseconds / ImportRounds / BenchSettings.Million),
            "PostgreSQL's CPU µs per row", F(servers.TotalMicroseconds / ImportRounds / BenchSettings.Million));

        var ratio = FigureTable.Median(imports.Zip(copies, (i, c) => i / c));
        figures.Add(
            $"import rows/s, {engine}", N(FigureTable.Median(imports)), "raw COPY rows/s", N(FigureTable.Median(copies)), R(ratio), "≥ 0.15", ratio >= 0.15);
        return list;
    }

    private async Task CpuAsync(StorageEngine engine, DialerHost host, ICampaignGrain million)
    {
        await CpuBench.WidenAsync(million);
        await CpuBench.SmallAsync(host, Rounds);
        var (small, large) = (new List<CpuBench.Cost>(), new List<CpuBench.Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            small.Add(await CpuBench.SmallAsync(host, round));
            large.Add(await CpuBench.LargeAsync(million));
        }

        var ratio = FigureTable.Median(large.Zip(small, (l, s) => l.OwnMicros / s.OwnMicros));
        figures.Add(
            $"CPU µs per try among 1,000,000, {engine}", N(FigureTable.Median(large.Select(l => l.OwnMicros))),
            "among 10,000", N(FigureTable.Median(small.Select(s => s.OwnMicros))), R(ratio), "≤ 1.2", ratio <= 1.2);
        if (engine == StorageEngine.PostgreSql)
        {
            figures.Add(
                "PostgreSQL's CPU µs per try among 1,000,000", N(FigureTable.Median(large.Select(l => l.ServerMicros))),
                "among 10,000", N(FigureTable.Median(small.Select(s => s.ServerMicros))), R(FigureTable.Median(large.Zip(small, (l, s) => l.ServerMicros / s.ServerMicros))));
        }
    }

    /// <summary>The campaign runs and waits: its hours are closed.</summary>
    private static async Task CloseAsync(ICampaignGrain campaign)
    {
        var view = (await campaign.GetAsync())!;
        var closed = BenchSettings.ClosedFor(TimeProvider.System.GetUtcNow());
        await campaign.EditAsync(view.Settings with { CallingWindows = closed }, UnixTime.None, view.SettingsVersion, "bench");
        await campaign.ResumeAsync("bench");
    }

    private async Task MemoryAsync(StorageEngine engine, StorageOptions million)
    {
        var empty = await MemoryBench.RunAsync(await engines.NewAsync(engine));
        var full = await MemoryBench.RunAsync(million);
        figures.Add(
            $"resident MB, fresh, 1,000,000 waiting, {engine}", N(full), "empty", N(empty), "", "≤ 100 MB more", full - empty <= 100);
    }

    private async Task LatenessAsync(StorageEngine engine)
    {
        await using var host = await DialerHost.StartAsync(await engines.NewAsync(engine));
        var (p50, p99) = await LatenessBench.RunAsync(host);
        figures.Add(
            $"lateness, 200 due a second of 1,000,000, {engine}", $"p50 {p50.TotalMilliseconds:0} ms, p99 {p99.TotalMilliseconds:0} ms", "", "", "", "p99 ≤ 1 s", p99 <= TimeSpan.FromSeconds(1));
    }

    private static string N(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string R(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
