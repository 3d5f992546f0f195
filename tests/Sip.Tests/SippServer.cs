using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A SIPp of the test's own on loopback; its exit code says whether every call went as its scenario wants.</summary>
internal sealed class SippServer : IAsyncDisposable
{
    private const int Starts = 4;

    private readonly Process process;
    private readonly string directory;

    private SippServer(Process process, string directory, IPEndPoint address) =>
        (this.process, this.directory, Address) = (process, directory, address);

    public IPEndPoint Address { get; }

    /// <param name="scenario">A file of <c>sipp</c>.</param>
    /// <param name="calls">It ends by itself after so many.</param>
    /// <param name="transport">UDP or TCP; this SIPp has no TLS.</param>
    /// <param name="host">Where it listens; null = 127.0.0.1.</param>
    /// <param name="edit">Fills in a scenario that is a template.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<SippServer> StartAsync(
        string scenario, int calls, SipTransport transport = SipTransport.Udp, IPAddress? host = null, Func<string, string>? edit = null, params string[] more)
    {
        var directory = Directory.CreateTempSubdirectory("dialer-sipp-").FullName;
        var file = Path.Combine(AppContext.BaseDirectory, "sipp", scenario);
        if (edit is not null)
        {
            var text = edit(await File.ReadAllTextAsync(file));
            await File.WriteAllTextAsync(file = Path.Combine(directory, "scenario.xml"), text);
        }

        for (var i = 0; i < Starts; i++)
        {
            var address = new IPEndPoint(host ?? IPAddress.Loopback, FreePorts.Find(host ?? IPAddress.Loopback));
            string[] arguments =
            [
                "-sf", file, "-i", $"{address.Address}", "-p", address.Port.ToString(CultureInfo.InvariantCulture),
                "-t", transport == SipTransport.Udp ? "u1" : "t1", "-m", calls.ToString(CultureInfo.InvariantCulture),
                "-nostdin", "-trace_err", "-trace_msg", "-trace_screen", "-timeout", "60", .. more,
            ];
            var process = Start(directory, arguments);
            if (await FreePorts.UntilListensAsync(process, address.Port, transport != SipTransport.Udp))
            {
                return new SippServer(process, directory, address);
            }

            // another's port by now: the next
            await EndAsync(process);
        }

        throw new InvalidOperationException("SIPp did not start; is the package sip-tester installed (tests/install.sh)?");
    }

    /// <summary>An address on which nobody listens.</summary>
    public static IPEndPoint NobodyThere() => new(IPAddress.Loopback, FreePorts.Find(IPAddress.Loopback));

    /// <summary>Waits until it has had all its calls. 0 = each went as the scenario wants.</summary>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(70));
        return (process.ExitCode, Logs("*_errors.log"));
    }

    /// <summary>How many messages it has received that begin so: retransmissions count.</summary>
    public int Received(string start) => Received().Count(m => m.StartsWith(start, StringComparison.Ordinal));

    /// <summary>All that it has received so far.</summary>
    public IReadOnlyList<string> Received() =>
        [.. Logs("*_messages.log").Split("message received", StringSplitOptions.None).Skip(1).Select(p => p[(p.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimStart())];

    public async ValueTask DisposeAsync()
    {
        await EndAsync(process);
        Directory.Delete(directory, recursive: true);
    }

    private string Logs(string pattern) => string.Concat(Directory.GetFiles(directory, pattern).Select(ReadShared));

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static Process Start(string directory, string[] arguments)
    {
        var start = new ProcessStartInfo("sipp") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
