using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Dialer.Tests;

/// <summary>A throw-away PostgreSQL on a loopback port, with a database per test; ended by its process id.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static int databases;

    private readonly string directory;
    private readonly Func<Process> start;
    private Process process;

    private PostgresServer(string directory, int port, Func<Process> start)
    {
        this.directory = directory;
        this.start = start;
        process = start();
        Port = port;
    }

    public int Port { get; }

    public string AdminConnectionString => ConnectionString("postgres");

    /// <summary>PostgreSQL refuses to run as root: then it runs as the user that its package made.</summary>
    private static bool IsRoot => Environment.UserName == "root";

    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var bin = Binaries();
        var directory = Directory.CreateTempSubdirectory("dialer-pg-").FullName;
        if (IsRoot)
        {
            await RunAsync("chown", ["postgres", directory]);
        }

        var data = Path.Combine(directory, "data");
        await RunAsync(Owned($"{bin}/initdb"), [.. OwnedArguments($"{bin}/initdb"), "-D", data, "-U", "dialer", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        var port = FreePort();
        string[] options =
        [
            "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=600",
            "-c", $"unix_socket_directories={directory}", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB",
            .. settings.SelectMany(s => new[] { "-c", s }),
        ];
        var server = new PostgresServer(
            directory, port, () => Start(Owned($"{bin}/postgres"), [.. OwnedArguments($"{bin}/postgres"), .. options], Path.Combine(directory, "log")));
        await server.UntilReadyAsync();
        return server;
    }

    /// <summary>A new empty database of its own; answers its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"t{Interlocked.Increment(ref databases)}_{Environment.ProcessId}";
        await using var connection = new NpgsqlConnection(AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create database {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Starts again what <see cref="StopAsync"/> ended, on the same data and port.</summary>
    public async Task StartAgainAsync()
    {
        process = start();
        await UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // its data is thrown away: nothing needs to be written down
        await StopAsync("-QUIT");
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Ends the server at once; its connections break.</summary>
    public Task StopAsync() => StopAsync("-INT");

    private async Task StopAsync(string signal)
    {
        if (!process.HasExited)
        {
            await RunAsync("kill", [signal, ServerPid()], mayFail: true);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await process.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }

    private string ServerPid()
    {
        var file = Path.Combine(directory, "data", "postmaster.pid");
        return File.Exists(file) ? File.ReadLines(file).First() : process.Id.ToString(CultureInfo.InvariantCulture);
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username=dialer;Maximum Pool Size=40;Include Error Detail=true";

    private static string Owned(string program) => IsRoot ? "setpriv" : program;

    private static string[] OwnedArguments(string program) =>
        IsRoot ? ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", program] : [];

    public static string Binaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).Last(d => File.Exists(Path.Combine(d, "postgres")))
        : throw new InvalidOperationException("PostgreSQL is not installed: run ./test.sh once, which installs what is missing.");

    private async Task UntilReadyAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(AdminConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or SocketException)
            {
                if (process.HasExited || TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
                {
                    throw new InvalidOperationException($"PostgreSQL did not start: {await File.ReadAllTextAsync(Path.Combine(directory, "log"))}", e);
                }

                await Task.Delay(50);
            }
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, string log)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" \"$@\" >" + log + " 2>&1");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, bool mayFail = false)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 && !mayFail)
        {
            throw new InvalidOperationException($"{program} failed: {await output} {await errors}");
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
