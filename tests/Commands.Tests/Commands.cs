using System.Globalization;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Engines))]
// these tests mostly wait for processes of their own
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]

namespace Dialer.Tests;

/// <summary>A directory, a carrier process and the program under test.</summary>
public sealed class Commands : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private DialerProgram? carrier;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("dialer-commands-").FullName;

    public string Ledger => File("ledger.txt");

    /// <summary>Each line of output once: what a person sees of a refusal.</summary>
    public static void IsOneLine(IReadOnlyList<string> output, string part)
    {
        var line = Assert.Single(output);
        Assert.Contains(part, line, StringComparison.OrdinalIgnoreCase);
        HasNoTrace(output);
    }

    public static void HasNoTrace(IReadOnlyList<string> output)
    {
        Assert.DoesNotContain(output, l => l.Contains("   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(output, l => l.Contains("Unhandled", StringComparison.Ordinal));
    }

    public string File(string name) => Path.Combine(Directory, name);

    public void WriteList(string name, int numbers) => System.IO.File.WriteAllLines(
        File(name), Enumerable.Range(0, numbers).Select(i => (79_001_000_000L + i).ToString(CultureInfo.InvariantCulture)));

    /// <summary>Waits until the carrier was asked for at least so many different numbers: retries after errors would take minutes.</summary>
    public Task UntilDialedAsync(int numbers, DialerProgram run) => Until.GetAsync(
        () => Task.FromResult(LedgerBooks.Read(Ledger).Phones.Count),
        dialed => dialed >= numbers,
        $"{numbers} numbers were dialed",
        Limit,
        dialed => $"{dialed} were; it printed {string.Join('\n', run.Output.TakeLast(40))}");

    /// <summary>Starts the carrier; answers the channel to dial over.</summary>
    public async Task<string> CarrierAsync(double speed = 100)
    {
        carrier = DialerProgram.Start(Directory, "carrier", "--ledger", Ledger, "--speed", speed.ToString(CultureInfo.InvariantCulture));
        return "sim:" + (await carrier.UntilPrintedAsync("carrier listening on ", Limit)).Split(' ')[^1];
    }

    public Task<(int Code, IReadOnlyList<string> Output)> RunAsync(params string[] arguments) => DialerProgram.RunAsync(Directory, Limit, arguments);

    public DialerProgram Start(params string[] arguments) => DialerProgram.Start(Directory, arguments);

    public async ValueTask DisposeAsync()
    {
        if (carrier is not null)
        {
            await carrier.DisposeAsync();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
