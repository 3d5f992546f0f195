using System.Diagnostics;
using System.Globalization;

namespace Dialer.Benchmarks;

/// <summary>The process of <see cref="SipBurst"/>, from outside.</summary>
internal sealed class SipDriverBench : IAsyncDisposable
{
    private readonly Process process;

    public SipDriverBench()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"));
        start.ArgumentList.Add(SipBurst.Child);
        process = Process.Start(start)!;
    }

    public sealed record Burst(int Calls, double Seconds, double CpuMicros, double Bytes, int FarCalls)
    {
        public double PerSecond => Calls / Seconds;
    }

    /// <summary>Memory in MB while calls are up.</summary>
    public sealed record Sample(int Second, double Resident, double Heap, int Up);

    public sealed record Hold(IReadOnlyList<Sample> Samples, int Ended, int FarEnded);

    public async Task<Burst> BurstAsync(int rate, int calls)
    {
        await using var far = await Sipp.ServeAsync("uas-load.xml");
        await OrderAsync($"burst {far.Address.Port} {rate} {calls}");
        var result = await ReadAsync("result");
        return new Burst((int)result[0], result[1], result[2], result[3], await far.StopAsync());
    }

    public async Task<Hold> HoldAsync(int calls, int seconds)
    {
        await using var far = await Sipp.ServeAsync("uas-load.xml");
        await OrderAsync($"hold {far.Address.Port} {calls} {seconds}");
        var samples = new List<Sample>();
        for (var second = 0; second <= seconds; second += 10)
        {
            var sample = await ReadAsync("sample");
            samples.Add(new Sample((int)sample[0], sample[1], sample[2], (int)sample[3]));
        }

        return new Hold(samples, (int)(await ReadAsync("result"))[0], await far.StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private Task OrderAsync(FormattableString order) => process.StandardInput.WriteLineAsync(order.ToString(CultureInfo.InvariantCulture));

    private async Task<double[]> ReadAsync(string what)
    {
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.Split(' ') is [var first, .. var values] && first == what
            ? [.. values.Select(v => double.Parse(v, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"the driver's process said: {line}");
    }
}
