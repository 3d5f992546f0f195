using Dialer.Benchmarks;
using Dialer.Tests;

if (args is [MemoryBench.Child, var engine, var directory, var connection])
{
    await MemoryBench.ChildAsync(engine, directory, connection);
    return 0;
}

if (args is not ([] or ["engine"] or ["tries"] or ["million"] or ["import"]))
{
    await Console.Error.WriteLineAsync("usage: ./bench.sh [engine | tries | million | import]");
    return 2;
}

await using var engines = new Engines();
var figures = new FigureTable();
await new EngineBench(engines, figures).RunAsync(args.FirstOrDefault() ?? "engine");
figures.Print();
return 0;
