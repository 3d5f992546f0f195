using Dialer.Benchmarks;
using Dialer.Tests;

if (args is [MemoryBench.Child, var engine, var directory, var connection])
{
    await MemoryBench.ChildAsync(engine, directory, connection);
    return 0;
}

if (args is [SipBurst.Child])
{
    await SipBurst.ChildAsync();
    return 0;
}

if (args is not ([] or ["engine"] or ["tries"] or ["million"] or ["import"] or ["sip"] or ["sip-driver"] or ["sip-dialer"] or ["sip-hold"] or ["api"] or ["api-report"]))
{
    await Console.Error.WriteLineAsync("usage: ./bench.sh [engine | tries | million | import | sip | sip-driver | sip-dialer | sip-hold | api | api-report]");
    return 2;
}

await using var engines = new Engines();
var figures = new FigureTable();
var part = args.FirstOrDefault() ?? "engine";
await (part switch
{
    "api" => new ApiBench(engines, figures).RunAsync(),
    "api-report" => new ReportBench(engines, figures).RunAsync(),
    _ when part.StartsWith("sip", StringComparison.Ordinal) => new SipBench(engines, figures).RunAsync(part),
    _ => new EngineBench(engines, figures).RunAsync(part),
});
figures.Print();
return 0;
