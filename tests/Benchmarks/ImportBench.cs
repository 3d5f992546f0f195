using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dialer.PhoneLists;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dialer.Benchmarks;

/// <summary>Import of a list as operators have it, beside PostgreSQL's own COPY of the same file into a table of text columns.</summary>
internal static class ImportBench
{
    public static string WriteList(string directory, int rows)
    {
        var path = Path.Combine(directory, "bench-list.csv");
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        file.WriteLine("phone,name,city,contract");
        for (var i = 0; i < rows; i++)
        {
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"+7 9{10 + i / 10_000_000:00} {i / 10_000 % 1000:000}-{i / 100 % 100:00}-{i % 100:00},Имя {i % 977},Город {i % 89},C-{i:0000000}"));
        }

        return path;
    }

    public static async Task<(ListId List, double RowsPerSecond)> ImportAsync(DialerHost host, string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        var answer = await host.Services.GetRequiredService<IListImport>().ImportFileAsync(
            new ListImportRequest { Name = "bench", Country = "RU" }, path, null, CancellationToken.None);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var list = answer.Value ?? throw new InvalidOperationException(answer.Refusal.Text);
        return list.Accepted == BenchSettings.Million
            ? (list.Id, list.Accepted / seconds)
            : throw new InvalidOperationException($"{list.Accepted} rows were accepted of {list.Rows}.");
    }

    /// <summary>Rows per second of psql's <c>\copy</c>.</summary>
    public static async Task<double> CopyAsync(string connectionString, string path, int rows)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand("drop table if exists raw_copy; create table raw_copy (phone text, name text, city text, contract text)", connection);
            await create.ExecuteNonQueryAsync();
        }

        var start = new ProcessStartInfo(Path.Combine(PostgresServer.Binaries(), "psql")) { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "-h", target.Host!, "-p", target.Port.ToString(CultureInfo.InvariantCulture), "-U", target.Username!, "-d", target.Database!,
            "-c", $"\\copy raw_copy from '{path}' csv header",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Contains($"COPY {rows}", StringComparison.Ordinal)
            ? rows / TimeProvider.System.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException($"psql said: {output}");
    }
}
