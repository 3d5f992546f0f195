using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dialer.Tests.Sip;

/// <summary>A SIPp of the test's own on loopback; its exit code says whether every call went as its scenario wants.</summary>
internal sealed class SippServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string directory;

    private SippServer(Process process, string directory, int port)
    {
        (this.process, this.directory) = (process, directory);
        Address = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint Address { get; }

    /// <param name="scenario">A file of <c>sipp</c>.</param>
    /// <param name="calls">It ends by itself after so many.</param>
    public static async Task<SippServer> StartAsync(string scenario, int calls)
    {
        var port = FreePort();
        var directory = Directory.CreateTempSubdirectory("dialer-sipp-").FullName;
        var start = new ProcessStartInfo("sipp") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        string[] arguments =
        [
            "-sf", Path.Combine(AppContext.BaseDirectory, "sipp", scenario), "-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture),
            "-m", calls.ToString(CultureInfo.InvariantCulture), "-nostdin", "-trace_err", "-trace_screen", "-timeout", "60",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await UntilListensAsync(process, port);
        return new SippServer(process, directory, port);
    }

    /// <summary>An address on which nobody listens.</summary>
    public static IPEndPoint NobodyThere() => new(IPAddress.Loopback, FreePort());

    /// <summary>Waits until it has had all its calls. 0 = each went as the scenario wants.</summary>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(70));
        var errors = Directory.GetFiles(directory, "*_errors.log").Select(File.ReadAllText);
        return (process.ExitCode, string.Concat(errors));
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

    private static async Task UntilListensAsync(Process process, int port)
    {
        var marker = $":{port:X4} ";
        for (var i = 0; i < 200 && !process.HasExited; i++)
        {
            if ((await File.ReadAllLinesAsync("/proc/net/udp")).Any(l => l.Contains(marker, StringComparison.Ordinal)))
            {
                return;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException("SIPp did not start; is the package sip-tester installed (tests/install.sh)?");
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
