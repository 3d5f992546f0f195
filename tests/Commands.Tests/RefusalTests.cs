using Microsoft.Data.Sqlite;

namespace Dialer.Tests;

/// <summary>Every refusal of a start is one line that says what, where and how to mend it, and exit code 1.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly Commands commands = new();

    public ValueTask InitializeAsync()
    {
        commands.WriteList("list.csv", 3);
        commands.WriteList("report.csv.part", 3);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => commands.DisposeAsync();

    [Theory]
    [InlineData("missing.csv does not exist", "dial", "missing.csv", "--any-time")]
    [InlineData("is a directory", "dial", ".", "--any-time")]
    [InlineData("a time zone is needed", "dial", "list.csv")]
    [InlineData("--attempts is 100", "dial", "list.csv", "--any-time", "--attempts", "100")]
    [InlineData("not an IANA time zone", "dial", "list.csv", "--time-zone", "Mars/Base")]
    [InlineData("would hear silence", "dial", "list.csv", "--any-time", "--channel", "sip:192.0.2.1:5060")]
    [InlineData("would overwrite the list", "dial", "list.csv", "--any-time", "--report", "./list.csv")]
    [InlineData("would overwrite the list", "dial", "report.csv.part", "--any-time", "--report", "report.csv")]
    [InlineData("is not a setting", "dial", "list.csv", "--any-time", "--Dialer:Nonsense=1")]
    [InlineData("ConnectionStrings:Dialer cannot be read", "dial", "list.csv", "--any-time", "--Dialer:Storage=PostgreSql", "--ConnectionStrings:Dialer=Host=x;Nonsense=secret")]
    [InlineData("PostgreSQL at 127.0.0.1:1, database dialer, cannot be used", "dial", "list.csv", "--any-time", "--Dialer:Storage=PostgreSql", "--ConnectionStrings:Dialer=Host=127.0.0.1;Port=1;Database=dialer")]
    [InlineData("PostgreSQL at 127.0.0.1:1, database dialer, cannot be used", "--Dialer:Cluster=true", "--Dialer:Storage=PostgreSql", "--ConnectionStrings:Dialer=Host=127.0.0.1;Port=1;Database=dialer")]
    [InlineData("--urls is 'foo'", "--urls", "foo")]
    [InlineData("--urls is 'http://127.0.0.1:5080x'", "--urls=http://127.0.0.1:5080x")]
    [InlineData("Cannot listen on http://192.0.2.1:5080", "--urls", "http://192.0.2.1:5080")]
    public async Task Refused_IsOneLine_Exit1(string part, params string[] arguments)
    {
        var (code, output) = await commands.RunAsync([.. arguments, "--Dialer:DataDirectory", commands.File("data")]);
        Commands.IsOneLine(output, part);
        Assert.DoesNotContain("secret", output[0], StringComparison.Ordinal);
        Assert.Equal(1, code);
        Assert.Equal(3, File.ReadLines(commands.File("report.csv.part")).Count());
    }

    [Fact]
    public async Task FileThatIsNoDatabase_IsNamed()
    {
        var data = Directory.CreateDirectory(commands.File("data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "dialer.db"), new string('x', 5000));
        var (code, output) = await commands.RunAsync("dial", "list.csv", "--any-time", $"--Dialer:DataDirectory={data}");
        Commands.IsOneLine(output, "file is not a database");
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task DatabaseOfANewerVersion_IsNamed()
    {
        var data = Directory.CreateDirectory(commands.File("data")).FullName;
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(data, "dialer.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "create table dialer_schema (number integer primary key, name text not null, applied_at integer not null); insert into dialer_schema values (9999, 'x', 0)";
            await command.ExecuteNonQueryAsync();
        }

        var (code, output) = await commands.RunAsync($"--Dialer:DataDirectory={data}");
        Commands.IsOneLine(output, "newer version of this program (schema 9999)");
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task ListThatWasRejectedUnderAnotherCountry_IsReadAgain()
    {
        await File.WriteAllTextAsync(commands.File("ru.csv"), "89161234567\n");
        var (code, output) = await commands.RunAsync("dial", "ru.csv", "--any-time", "--dry-run", "--Dialer:Country=GB", "--Dialer:DataDirectory=data");
        Assert.Equal(1, code);
        Assert.Contains(output, l => l.Contains("line 1", StringComparison.Ordinal));
        (code, output) = await commands.RunAsync("dial", "ru.csv", "--any-time", "--dry-run", "--Dialer:DataDirectory=data");
        Assert.Equal(0, code);
        Assert.Contains(output, l => l.StartsWith("People to call   1", StringComparison.Ordinal));
        Assert.Contains(output, l => l.StartsWith("Expected end", StringComparison.Ordinal));
    }
}
