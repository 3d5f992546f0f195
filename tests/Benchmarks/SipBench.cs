using System.Globalization;
using Dialer.Silo.Storage;
using Dialer.Tests;

namespace Dialer.Benchmarks;

/// <summary>The figures of SIP, each beside its reference in the same run; runs alternate, medians count.</summary>
internal sealed class SipBench(Engines engines, FigureTable figures)
{
    private const int Rounds = 3;
    private const int BurstSeconds = 4;
    private const int Held = 5_000;
    private const int HeldSeconds = 120;
    private static readonly int[] Rates = [1_000, 3_000];

    /// <param name="part"><c>sip</c>: all; <c>sip-driver</c>: the bare driver's calls; <c>sip-dialer</c>: the whole dialer's; <c>sip-hold</c>: many at once.</param>
    public async Task RunAsync(string part)
    {
        if (part is "sip" or "sip-driver")
        {
            foreach (var rate in Rates)
            {
                await DriverAsync(rate);
            }
        }

        if (part is "sip" or "sip-dialer")
        {
            await DialerAsync();
        }

        if (part is "sip" or "sip-hold")
        {
            await HoldAsync();
        }
    }

    private async Task DriverAsync(int rate)
    {
        var calls = rate * BurstSeconds;
        await using var driver = new SipDriverBench();
        // unmeasured: compilers and caches warm up
        await driver.BurstAsync(rate, Rates[^1] * BurstSeconds);
        var (ours, reference) = (new List<SipDriverBench.Burst>(), new List<(double PerSecond, double Micros)>());
        var lost = 0;
        for (var round = 0; round < Rounds; round++)
        {
            await using (var far = await Sipp.ServeAsync("uas-load.xml"))
            {
                var (made, seconds, cpu) = await Sipp.CallAsync("uac-load.xml", far.Address, rate, calls);
                reference.Add((made / seconds, cpu.TotalMicroseconds / calls));
            }

            var burst = await driver.BurstAsync(rate, calls);
            ours.Add(burst);
            lost += Math.Max(calls - burst.Calls, calls - burst.FarCalls);
        }

        var ratio = FigureTable.Median(ours.Zip(reference, (o, r) => r.Micros / o.CpuMicros));
        figures.Add(
            $"calls set up and torn down/s, bare driver, {N(rate)} offered", N(FigureTable.Median(ours.Select(o => o.PerSecond))),
            "SIPp's own client", N(FigureTable.Median(reference.Select(r => r.PerSecond))), "", "0 lost", lost == 0);
        figures.Add(
            $"CPU µs per call, bare driver, {N(rate)}/s", F(FigureTable.Median(ours.Select(o => o.CpuMicros))),
            "SIPp's own client", F(FigureTable.Median(reference.Select(r => r.Micros))), R(ratio), "efficiency ≥ 0.3 (aim 1)", ratio >= 0.3);
        figures.Add($"bytes allocated per call, bare driver, {N(rate)}/s", N(FigureTable.Median(ours.Select(o => o.Bytes))));
    }

    private async Task DialerAsync()
    {
        StorageEngine[] both = [StorageEngine.Sqlite, StorageEngine.PostgreSql];
        var runs = both.ToDictionary(e => e, _ => new List<SipDialerBench.Result>());
        // once unmeasured
        await SipDialerBench.RunAsync(await engines.NewAsync(StorageEngine.Sqlite));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var engine in both)
            {
                runs[engine].Add(await SipDialerBench.RunAsync(await engines.NewAsync(engine)));
            }
        }

        foreach (var (engine, results) in runs)
        {
            var rate = FigureTable.Median(results.Select(r => r.PerSecond));
            figures.Add($"calls/s over SIP, results stored, {engine}", N(rate), "", "", "", "≥ 500", rate >= 500);
            figures.Add(
                $"calls lost of {N(SipDialerBench.Numbers * Rounds)}, {engine}", N(results.Sum(r => r.Lost)), "campaign = try rows = SIPp's count",
                results.TrueForAll(r => r.IsExact) ? "yes" : "no", "", "0", results.TrueForAll(r => r.IsExact));
            figures.Add($"CPU µs per SIP call of the whole dialer, {engine}", N(FigureTable.Median(results.Select(r => r.OwnCpuMicros))));
        }
    }

    private async Task HoldAsync()
    {
        await using var driver = new SipDriverBench();
        var hold = await driver.HoldAsync(Held, HeldSeconds);
        var settled = hold.Samples.Where(s => s.Second >= 30).ToList();
        var (first, last) = (settled[0], settled[^1]);
        var isFlat = last.Resident - first.Resident <= 10 && last.Heap - first.Heap <= 2;
        figures.Add(
            $"resident MB with {N(Held)} calls up, after {HeldSeconds} s", F(last.Resident), "after 30 s", F(first.Resident), "", "flat", isFlat);
        figures.Add($"heap MB with {N(Held)} calls up, after {HeldSeconds} s", F(last.Heap), "after 30 s", F(first.Heap), "", "flat", isFlat);
        figures.Add(
            $"of {N(Held)} calls held {HeldSeconds} s, ended properly", N(hold.Ended), "as SIPp counts", N(hold.FarEnded), "", "all",
            hold.Ended == Held && hold.FarEnded == Held && settled.TrueForAll(s => s.Up == Held));
    }

    private static string N(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string R(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
