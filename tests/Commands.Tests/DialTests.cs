using System.Text;
using Dialer.Silo.Storage;
using Npgsql;

namespace Dialer.Tests;

/// <summary><c>dial</c> as a process, its exit codes, and what it did by the carrier's ledger.</summary>
public sealed class DialTests : IAsyncLifetime
{
    private readonly Commands commands = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => commands.DisposeAsync();

    [Fact]
    public async Task RealList_DialsExactlyTheGoodNumbers_ReportsThem_AndRefusesASecondTime()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await File.WriteAllTextAsync(
            commands.File("list.csv"),
            "Телефон;Имя;GMT_ZONE\n+7 (916) 123-45-67;Анна;\n89161234568;Борис;Asia/Omsk\n12345;Коротко;\nзвонить;Текст;\n79161234569;Марс;Mars/Base\n+7 (916) 123-45-67;Анна;\n74951234567;Вера;+05:00\n",
            Encoding.GetEncoding(1251));
        string[] good = ["79161234567", "79161234568", "74951234567"];
        string[] arguments = ["dial", "list.csv", "--channel", await commands.CarrierAsync(), "--any-time", "--report", "report.csv", "--caller-id", "7", "--Dialer:DataDirectory", "data"];

        var (code, output) = await commands.RunAsync(arguments);
        Assert.True(code == 0, string.Join('\n', output));
        Assert.Equal(good.Order(), LedgerBooks.Read(commands.Ledger).Phones.Order());
        Assert.StartsWith("answered ", output[^1], StringComparison.Ordinal);
        Assert.EndsWith(" of 3", output[^1], StringComparison.Ordinal);
        Assert.Contains(output, l => l == "--caller-id: no effect on the simulated carrier.");
        foreach (var line in (int[])[4, 5, 6])
        {
            Assert.Contains(output, l => l.StartsWith($"  line {line}: ", StringComparison.Ordinal));
        }

        var report = await File.ReadAllLinesAsync(commands.File("report.csv"));
        Assert.Equal(good, report.Skip(1).Select(l => l.Split(',')[0]));
        Assert.Contains("Борис", report[2], StringComparison.Ordinal);

        (code, output) = await commands.RunAsync(arguments);
        Commands.IsOneLine(output, "Give --again");
        Assert.Equal(1, code);
        Assert.Equal(report, await File.ReadAllLinesAsync(commands.File("report.csv")));

        var before = LedgerBooks.Read(commands.Ledger).Starts.Count;
        (code, output) = await commands.RunAsync([.. arguments, "--again"]);
        Assert.Equal(0, code);
        // the rejected rows are shown again
        Assert.Contains(output, l => l.StartsWith("  line 4: ", StringComparison.Ordinal));
        Assert.True(LedgerBooks.Read(commands.Ledger).Starts.Count >= before + 3);
    }

    [Fact]
    public async Task CtrlC_EndsWith130_AndTheRunIsResumedWithTheOptionsThatAreGiven()
    {
        commands.WriteList("list.csv", 300);
        string[] arguments = ["dial", "list.csv", "--Dialer:DataDirectory", "data", "--report", "report.csv"];
        await using (var run = commands.Start([.. arguments, "--channel", await commands.CarrierAsync(20), "--any-time", "--max-calls", "20", "--ring-seconds", "30"]))
        {
            await run.UntilPrintedAsync("20 in progress", Commands.Limit);
            await run.InterruptAsync();
            var (stopped, said) = await run.EndAsync(Commands.Limit);
            Assert.Equal(130, stopped);
            Commands.HasNoTrace(said);
            Assert.StartsWith("answered ", said[^1], StringComparison.Ordinal);
        }

        // neither the channel nor --any-time is given: they stay
        await using (var run = commands.Start([.. arguments, "--max-calls", "30"]))
        {
            await commands.UntilDialedAsync(300, run);
            await run.InterruptAsync();
            var (code, output) = await run.EndAsync(Commands.Limit);
            Assert.True(code == 130, string.Join('\n', output));
            Assert.Contains(output, l => l.Contains("--max-calls 30 (was 20). Options", StringComparison.Ordinal));
        }

        Assert.Equal(0, LedgerBooks.Read(commands.Ledger).DialedTwice);
        Assert.Equal(301, File.ReadLines(commands.File("report.csv")).Count());
    }

    [Fact]
    public async Task CtrlC_WhileTheListIsImported_IsOneLine_130()
    {
        commands.WriteList("list.csv", 1_000_000);
        await using var run = commands.Start("dial", "list.csv", "--any-time", "--Dialer:DataDirectory", "data");
        while (!File.Exists(Path.Combine(commands.File("data"), "orleans.db")))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await run.InterruptAsync();
        var (code, output) = await run.EndAsync(Commands.Limit);
        Commands.IsOneLine([.. output.Where(l => !l.StartsWith("importing", StringComparison.Ordinal))], "Interrupted.");
        Assert.Equal(130, code);
    }
}

/// <summary>The database goes away for a moment in the middle of a run.</summary>
public sealed class DialOutageTests(Engines engines) : IAsyncLifetime
{
    private readonly Commands commands = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => commands.DisposeAsync();

    [Fact]
    public async Task DatabaseAwayForSeconds_TheRunGoesOn()
    {
        var storage = await engines.NewAsync(StorageEngine.PostgreSql);
        commands.WriteList("list.csv", 200);
        var database = new NpgsqlConnectionStringBuilder(storage.ConnectionString).Database!;
        await using var run = commands.Start(
            "dial", "list.csv", "--channel", await commands.CarrierAsync(30), "--any-time", "--max-calls", "10", "--report", "report.csv", "--Dialer:DataDirectory=data",
            "--Dialer:Storage=PostgreSql", $"--ConnectionStrings:Dialer={storage.ConnectionString}");
        await run.UntilPrintedAsync("10 in progress", Commands.Limit);
        await AllowAsync(database, false);
        await run.UntilPrintedAsync("The database does not answer; calls go on when it is back.", Commands.Limit);
        await AllowAsync(database, true);
        // a try whose start was stored but not confirmed is not repeated before its pause: as many as were being dialed
        await commands.UntilDialedAsync(190, run);
        await run.InterruptAsync();
        var (code, output) = await run.EndAsync(Commands.Limit);
        Assert.True(code == 130, string.Join('\n', output));
        Assert.Contains("It answers again.", output);
        Commands.HasNoTrace(output);
        Assert.Equal(0, LedgerBooks.Read(commands.Ledger).DialedTwice);
        Assert.Equal(201, File.ReadLines(commands.File("report.csv")).Count());
    }

    private async Task AllowAsync(string database, bool allow)
    {
        await using var connection = new NpgsqlConnection((await engines.ServerAsync()).AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"alter database {database} with allow_connections {(allow ? "true" : "false")}; select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'", connection);
        await command.ExecuteNonQueryAsync();
    }
}
