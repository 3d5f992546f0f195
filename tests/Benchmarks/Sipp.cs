using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dialer.Benchmarks;

/// <summary>A SIPp on loopback, and what it counted.</summary>
internal sealed partial class Sipp : IAsyncDisposable
{
    /// <summary>Who is called when a SIPp calls.</summary>
    private const string Number = "79020000001";

    private readonly Process process;
    private readonly string directory;
    private readonly Task<string> screen;
    private readonly Task<string> errors;

    private Sipp(string directory, int port, string[] arguments)
    {
        this.directory = directory;
        Address = new IPEndPoint(IPAddress.Loopback, port);
        var start = new ProcessStartInfo("sipp") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        string[] all = ["-i", "127.0.0.1", "-nostdin", "-buff_size", "4194304", "-max_recv_loops", "5000", "-max_sched_loops", "5000", "-trace_err", .. arguments];
        Array.ForEach(all, start.ArgumentList.Add);
        process = Process.Start(start)!;
        screen = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where a server listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>A far end that takes any number of calls until <see cref="StopAsync"/>.</summary>
    public static async Task<Sipp> ServeAsync(string scenario)
    {
        var port = FreePort();
        var sipp = new Sipp(
            Directory.CreateTempSubdirectory("dialer-sipp-").FullName, port,
            ["-sf", Scenario(scenario), "-p", port.ToString(CultureInfo.InvariantCulture)]);
        var marker = $":{port:X4} ";
        for (var i = 0; i < 200 && !sipp.process.HasExited; i++)
        {
            if ((await File.ReadAllLinesAsync("/proc/net/udp")).Any(l => l.Contains(marker, StringComparison.Ordinal)))
            {
                return sipp;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"SIPp did not start; is the package sip-tester installed (tests/install.sh)? {await sipp.errors}");
    }

    /// <summary>Makes so many calls at so many a second. Answers how many went well, how long it took and what CPU it used.</summary>
    public static async Task<(int Calls, double Seconds, TimeSpan Cpu)> CallAsync(string scenario, IPEndPoint far, int rate, int calls)
    {
        var before = ProcessCpu.OwnChildren();
        var began = TimeProvider.System.GetTimestamp();
        await using var sipp = new Sipp(
            Directory.CreateTempSubdirectory("dialer-sipp-").FullName, 0,
            [
                "-sf", Scenario(scenario), "-s", Number, "-r", rate.ToString(CultureInfo.InvariantCulture), "-m", calls.ToString(CultureInfo.InvariantCulture),
                "-l", "6000", "-timeout", "120", far.ToString(),
            ]);
        await sipp.process.WaitForExitAsync();
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        return (await sipp.SuccessesAsync(), seconds, ProcessCpu.OwnChildren() - before);
    }

    /// <summary>Ends a server. Answers how many calls went as its scenario wants.</summary>
    public async Task<int> StopAsync()
    {
        // its order to end in peace; what is under way is waited for
        using var kill = Process.Start("kill", ["-USR1", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return await SuccessesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task<int> SuccessesAsync()
    {
        var last = Successes().Matches(await screen).LastOrDefault();
        return last is null
            ? throw new InvalidOperationException($"SIPp ended without its last screen: {await errors}")
            : int.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Scenario(string name) => Path.Combine(AppContext.BaseDirectory, "sipp", name);

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    [GeneratedRegex(@"Successful call\s*\|[^|]*\|\s*([0-9]+)")]
    private static partial Regex Successes();
}
