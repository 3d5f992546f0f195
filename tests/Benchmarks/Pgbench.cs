using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dialer.Tests;
using Npgsql;

namespace Dialer.Benchmarks;

/// <summary>The reference: pgbench's durable single-row update by key, prepared, 16 clients, on the same server.</summary>
internal static partial class Pgbench
{
    private const int Rows = 1_000_000;

    public static async Task PrepareAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"create table reference (id bigint primary key, a bigint not null, b bigint not null) with (fillfactor = 85); insert into reference select i, 0, 0 from generate_series(1, {Rows}) i; analyze reference",
            connection)
        { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<double> RunAsync(PostgresServer server, string connectionString, int seconds)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, $"\\set id random(1, {Rows})\nupdate reference set a = a + 1, b = :id where id = :id returning a;\n");
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        var start = new ProcessStartInfo(Path.Combine(PostgresServer.Binaries(), "pgbench")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[]
        {
            "-h", "127.0.0.1", "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-U", "dialer", "-n", "-M", "prepared", "-c", "16", "-j", "2",
            "-T", seconds.ToString(CultureInfo.InvariantCulture), "-f", script, database,
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        File.Delete(script);
        var match = Tps().Match(output);
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"pgbench: {output}");
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
