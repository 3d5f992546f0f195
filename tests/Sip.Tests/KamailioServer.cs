using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>
/// A kamailio of the test's own on loopback, a trunk before one SIPp. Runs in the foreground with its own configuration and directory,
/// is ended by its process id; the service of the package is never started.
/// </summary>
internal sealed class KamailioServer : IAsyncDisposable
{
    private const int Starts = 4;

    private readonly Process process;
    private readonly string directory;
    private readonly int port;
    private readonly int tlsPort;

    private KamailioServer(Process process, string directory, int port, int tlsPort) =>
        (this.process, this.directory, this.port, this.tlsPort) = (process, directory, port, tlsPort);

    public IPEndPoint AddressOf(SipTransport transport) => new(IPAddress.Loopback, transport == SipTransport.Tls ? tlsPort : port);

    /// <param name="behind">The SIPp, over UDP.</param>
    /// <param name="options">Null = digest by MD5, no TLS.</param>
    public static async Task<KamailioServer> StartAsync(IPEndPoint behind, KamailioOptions? options = null)
    {
        options ??= new();
        var directory = Directory.CreateTempSubdirectory("dialer-kamailio-").FullName;
        options.Certificates?.WriteServer(directory);
        var errors = Task.FromResult("");
        for (var i = 0; i < Starts; i++)
        {
            var (port, tlsPort) = (FreePorts.Find(IPAddress.Loopback), FreePorts.Find(IPAddress.Loopback));
            await WriteConfigurationAsync(directory, options, behind.Port, port, tlsPort);
            (var process, errors) = Start(directory, options.Certificates is not null);
            if (await FreePorts.UntilListensAsync(process, port, isTcp: true)
                && (options.Certificates is null || await FreePorts.UntilListensAsync(process, tlsPort, isTcp: true)))
            {
                return new KamailioServer(process, directory, port, tlsPort);
            }

            // another's port by now: the next
            await EndAsync(process);
        }

        throw new InvalidOperationException($"kamailio did not start; are its packages installed (tests/install.sh)? It says:\n{await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(process);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task WriteConfigurationAsync(string directory, KamailioOptions options, int behind, int port, int tlsPort)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sipp", "kamailio-trunk.cfg"));
        text = text.Replace("@PORT@", Text(port), StringComparison.Ordinal)
            .Replace("@TLSPORT@", Text(tlsPort), StringComparison.Ordinal)
            .Replace("@BEHIND@", Text(behind), StringComparison.Ordinal)
            .Replace("@DIRECTORY@", directory, StringComparison.Ordinal)
            .Replace("@ALGORITHM@", options.Algorithm, StringComparison.Ordinal)
            .Replace("@CLIENT@", options.WantsClientCertificate ? "1" : "0", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(directory, "kamailio.cfg"), text);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static (Process Process, Task<string> Errors) Start(string directory, bool hasTls)
    {
        var start = new ProcessStartInfo("/usr/sbin/kamailio") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-DD", "-E", "-f", Path.Combine(directory, "kamailio.cfg"), "-w", directory, "-Y", directory, "-m", "32", "-M", "8",
            .. hasTls ? ["-A", "HAS_TLS"] : Array.Empty<string>(),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        return (process, process.StandardError.ReadToEndAsync());
    }

    /// <summary>It ends its own children when it is asked to; whoever is left after a while is killed with it.</summary>
    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", Text(process.Id)]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await process.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
    }
}
