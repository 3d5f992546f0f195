using System.Data.Common;
using System.Globalization;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dialer.Tests;

/// <summary>
/// P8 on the real program, in real time: a number that fails technically is tried again after one minute, then after two, woken
/// by its reminder, with the program killed and started again while it waits.
/// </summary>
public sealed class BackoffTests(Engines engines, ITestOutputHelper output)
{
    private const string Phone = "79001234567";

    /// <summary>The sweep of lost reminders wakes a number only 90 s late: whatever comes sooner was woken by the reminder.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(15);

    private static StorageEngine Engine =>
        Enum.TryParse<StorageEngine>(Environment.GetEnvironmentVariable("DIALER_BACKOFF_ENGINE"), ignoreCase: true, out var given) ? given : StorageEngine.Sqlite;

    [Fact]
    public async Task NumberThatFailsTechnically_IsTriedAgainAfterOneThenTwoMinutes_ThroughRestarts()
    {
        var storage = await engines.NewAsync(Engine);
        var ledger = Path.Combine(storage.DataDirectory, "ledger.txt");
        await using var carrier = DialerProgram.Start(storage.DataDirectory, "carrier", "--ledger", ledger);
        var listening = await carrier.UntilPrintedAsync("carrier listening on ", TimeSpan.FromSeconds(20));
        var job = await PrepareAsync(storage, listening.Split(' ')[^1]);
        await using var books = new ServiceCollection().AddLogging().AddDialerStore(storage).BuildServiceProvider();
        var queries = books.GetRequiredService<IDialerQueries>();

        await RunUntilTriedAsync(storage, queries, job, 1, TimeSpan.FromSeconds(40));
        await RunUntilTriedAsync(storage, queries, job, 2, TimeSpan.FromSeconds(90));
        await RunUntilTriedAsync(storage, queries, job, 3, TimeSpan.FromSeconds(150));

        var lines = ReadLines(ledger);
        var firstPause = StartOf(lines, 2) - EndOf(lines, 1);
        var secondPause = StartOf(lines, 3) - EndOf(lines, 2);
        output.WriteLine($"{Engine}: tried again {firstPause.TotalSeconds:0.0} s after the first error, {secondPause.TotalSeconds:0.0} s after the second.");
        Assert.InRange(firstPause, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1) + Tolerance);
        Assert.InRange(secondPause, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2) + Tolerance);
    }

    /// <summary>A campaign with one number, to start by itself, over a channel without a breaker whose every call fails.</summary>
    private static async Task<JobId> PrepareAsync(StorageOptions storage, string endpoint)
    {
        await using var host = await DialerHost.StartAsync(storage);
        var channel = await host.CreateChannelAsync(new ChannelSettings
        {
            Name = "failing",
            Kind = ChannelKind.Simulated,
            Lines = 1,
            Breaker = false,
            Simulated = new SimulatedSettings { Answer = 0, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 1, Endpoint = endpoint, RingSeconds = new(0, 0) },
        });
        var campaign = host.Grains.GetGrain<ICampaignGrain>(await host.Services.GetRequiredService<INewIds>().NextAsync());
        var settings = new CampaignSettings { Name = "backoff", Channel = channel, TimeZone = "Europe/Moscow", CallingWindows = WeeklyHours.Always };
        // it starts by itself when this process is gone (P10)
        Assert.True((await campaign.CreateAsync(settings, TimeProvider.System.Now() + TimeSpan.FromSeconds(4))).IsDone);
        return (await host.AddAsync(campaign, [long.Parse(Phone, CultureInfo.InvariantCulture)]))[0];
    }

    private static DialerProgram Serve(StorageOptions storage) => DialerProgram.Start(storage.DataDirectory, storage.Engine == StorageEngine.PostgreSql
        ? ["--urls", "http://127.0.0.1:0", $"--Dialer:DataDirectory={storage.DataDirectory}", "--Dialer:Storage=PostgreSql", $"--ConnectionStrings:Dialer={storage.ConnectionString}"]
        : ["--urls", "http://127.0.0.1:0", $"--Dialer:DataDirectory={storage.DataDirectory}"]);

    /// <summary>Runs the program until so many tries are in the books, then <c>kill -9</c>.</summary>
    private static async Task RunUntilTriedAsync(StorageOptions storage, IDialerQueries queries, JobId job, int tries, TimeSpan limit)
    {
        await using var program = Serve(storage);
        var began = TimeProvider.System.GetTimestamp();
        // a try whose token came late was never placed, and is no error of the number; the reminder is registered a moment after the outcome,
        // and a kill in between is the sweep's case, not this one; and a call may be over before the program has said that it serves
        while ((await queries.ReadTriesAsync(job)).Count(t => t.Class == CallClass.Technical) < tries || await CountRemindersAsync(storage) == 0 || program.Output.Count == 0)
        {
            Assert.False(program.HasExited, string.Join(Environment.NewLine, program.Output.TakeLast(10)));
            Assert.True(TimeProvider.System.GetElapsedTime(began) < limit, $"try {tries} did not come within {limit.TotalSeconds} s");
            await Task.Delay(50);
        }

        await program.KillAsync();
        // P54: what it logged names nobody
        Assert.NotEmpty(program.Output);
        Assert.DoesNotContain(program.Output, line => line.Contains(Phone, StringComparison.Ordinal));
    }

    /// <summary>Those that are still to come.</summary>
    private static async Task<long> CountRemindersAsync(StorageOptions storage)
    {
        await using DbConnection connection = storage.Engine == StorageEngine.PostgreSql
            ? new NpgsqlConnection(storage.ConnectionString)
            : new SqliteConnection($"Data Source={storage.OrleansFile}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var now = storage.Engine == StorageEngine.PostgreSql ? "now()" : "strftime('%Y-%m-%d %H:%M:%f', 'now')";
        command.CommandText = $"select count(*) from OrleansRemindersTable where ReminderName = 'backoff' and StartTime > {now}";
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static List<string[]> ReadLines(string ledger)
    {
        if (!File.Exists(ledger))
        {
            return [];
        }

        using var file = new FileStream(ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Where(l => l.Length == 4)];
    }

    private static DateTimeOffset StartOf(List<string[]> lines, int call) => At(lines.Where(l => l[1] == "start").ElementAt(call - 1));

    private static DateTimeOffset EndOf(List<string[]> lines, int call) => At(lines.Where(l => l[1] == "end").ElementAt(call - 1));

    private static DateTimeOffset At(string[] line) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(line[0], CultureInfo.InvariantCulture));
}
