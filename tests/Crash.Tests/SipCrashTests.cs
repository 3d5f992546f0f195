using System.Globalization;
using Dialer.Silo.Storage;
using Dialer.Tests.Sip;

namespace Dialer.Tests;

/// <summary>
/// P29, P30 on the real program over SIP: killed with <c>kill -9</c> while phones ring and people talk. The carrier sees one call a
/// try; after the restart those that ring are cancelled and those that talk are hung up, and not before may others be called.
/// </summary>
public abstract class SipCrashTests(Engines engines, StorageEngine engine)
{
    private const int MaxCalls = 10;
    private const long FirstPhone = 79_161_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task KilledWhileRingingAndInCalls_ItsCallsAreEndedAfterTheRestart_AndPermitsComeBackOnlyThen_P29_P30()
    {
        var storage = await engines.NewAsync(engine);
        var directory = storage.DataDirectory;
        var phones = Enumerable.Range(0, 3 * MaxCalls).Select(i => FirstPhone + i).ToList();
        await File.WriteAllLinesAsync(Path.Combine(directory, "list.csv"), phones.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        using var far = new FarEnd();
        foreach (var phone in phones)
        {
            // every other one rings for ever; the rest answer and talk until they are hung up
            far.Expect(phone, phone % 2 == 0 ? new Habit(0, TimeSpan.Zero) : new Habit(200, TimeSpan.FromMilliseconds(50)));
        }

        string[] arguments =
        [
            "dial", "list.csv", "--channel", $"sip:{far.Address}", "--any-time", "--max-calls", $"{MaxCalls}", "--calls-per-second", "100",
            "--ring-seconds", "60", "--max-call-seconds", "600", $"--Dialer:DataDirectory={directory}",
            .. engine == StorageEngine.PostgreSql ? new[] { "--Dialer:Storage=PostgreSql", $"--ConnectionStrings:Dialer={storage.ConnectionString}" } : [],
        ];
        await using (var first = DialerProgram.Start(directory, arguments))
        {
            await Until.GetAsync(() => Task.FromResult(far.Live), live => live == MaxCalls, "all lines are in use", Limit, _ => string.Join('\n', first.Output));
            // the answers are on disk a moment later
            await Task.Delay(1_000);
            await first.KillAsync();
        }

        Assert.Equal((MaxCalls, MaxCalls, 0, 0), (far.Calls, far.Live, far.Cancelled, far.HungUp));
        await using var second = DialerProgram.Start(directory, arguments);
        await Until.GetAsync(
            () => Task.FromResult(far.Cancelled + far.HungUp),
            ended => ended == MaxCalls,
            "the calls of the killed process are ended",
            Limit,
            ended => $"{ended} were; it printed {string.Join('\n', second.Output)}");
        Assert.Equal((MaxCalls / 2, MaxCalls / 2), (far.Cancelled, far.HungUp));
        await Until.GetAsync(() => Task.FromResult(far.Live), live => live == MaxCalls, "the others are called", Limit, live => $"{live} live");
        // never more than the lines at the carrier, and no number twice: those that rang when the process died wait longer than this
        Assert.Equal((MaxCalls, 2 * MaxCalls), (far.MostLive, far.Calls));
        Assert.Equal(far.Calls, far.Invites.Select(i => i.RequestUri).Distinct().Count());
        await second.KillAsync();
    }
}

/// <summary>On SQLite.</summary>
public sealed class SqliteSipCrashTests(Engines engines) : SipCrashTests(engines, StorageEngine.Sqlite);

/// <summary>On PostgreSQL.</summary>
public sealed class PostgreSqlSipCrashTests(Engines engines) : SipCrashTests(engines, StorageEngine.PostgreSql);
