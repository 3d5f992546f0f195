using Dialer.Benchmarks;
using Dialer.Silo.Storage;
using Dialer.Tests;

await using var engines = new Engines();
var mode = args.Length > 0 ? args[0] : "tries";
if (mode == "tries")
{
    var server = await engines.ServerAsync();
    var reference = await server.CreateDatabaseAsync();
    await Pgbench.PrepareAsync(reference);
    var n = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 40000;
    var cap = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 500;
    for (var i = 0; i < (args.Length > 3 ? int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture) : 3); i++)
    {
        var tps = await Pgbench.RunAsync(server, reference, 5);
        Console.WriteLine($"pgbench {tps:0}");
        foreach (var engine in new[] { StorageEngine.PostgreSql, StorageEngine.Sqlite })
        {
            var r = await TriesBench.RunAsync(await engines.NewAsync(engine), n, cap);
            Console.WriteLine($"{engine}: {r.TriesPerSecond:0} tries/s = {r.TriesPerSecond / tps:0.00} x pgbench; rows {r.RowsPerSecond / tps:0.00} x; own {r.OwnCpuMicros:0} us, server {r.ServerCpuMicros:0} us; {r.WritesPerCommit:0} writes/commit");
        }
    }
}
