using Dialer.Conformance.Checks;

namespace Dialer.Conformance;

/// <summary>
/// Checks a host of the Calls API from outside: <c>dotnet run --project tests/Conformance -- HOST TOKEN [--may-stop]</c>. Prints a
/// line for each check (TAP) and exits with 0 if all hold.
/// </summary>
internal static class Suite
{
    private const string Usage = """
        usage: dotnet run --project tests/Conformance -- HOST TOKEN [--may-stop]
          HOST        for example http://127.0.0.1:5080
          TOKEN       of a campaign that has not started, or calls nobody: the checks add numbers of the form 7999ddddddd to it
          --may-stop  also the checks that stop the campaign; it is of no use afterwards
        """;

    /// <summary>In the order of the checklist (calls-api §7). Those that stop the campaign come last.</summary>
    public static IReadOnlyList<Check> All { get; } =
    [
        .. AddPhonesChecks.All, .. TokenChecks.All, .. ConditionChecks.All, .. IdempotenceChecks.All, .. AddPhoneChecks.All,
        .. ReportChecks.All, .. ZoneChecks.All, .. CancelChecks.All, .. InfoChecks.All, .. StoppedChecks.All,
    ];

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var plain = arguments.Where(a => a != "--may-stop").ToList();
        if (plain.Count != 2 || !Uri.TryCreate(plain[0], UriKind.Absolute, out var host))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var checks = All.Where(c => !c.StopsCampaign || arguments.Contains("--may-stop")).ToList();
        Console.WriteLine($"1..{checks.Count}");
        var failed = 0;
        using var client = new CallsClient(host, plain[1]);
        for (var i = 0; i < checks.Count; i++)
        {
            var fault = await RunAsync(checks[i], client);
            failed += fault is null ? 0 : 1;
            Console.WriteLine($"{(fault is null ? "ok" : "not ok")} {i + 1} - {checks[i].Item}: {checks[i].Name}");
            if (fault is not null)
            {
                Console.WriteLine($"  # {fault.ReplaceLineEndings(" ")}");
            }
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>What is not as it should be; null = all is.</summary>
    public static async Task<string?> RunAsync(Check check, CallsClient client)
    {
        try
        {
            await check.RunAsync(client);
            return null;
        }
        catch (DeviationException e)
        {
            return e.Message;
        }
        catch (HttpRequestException e)
        {
            return $"the host does not answer: {e.Message}";
        }
    }
}

/// <summary>One thing that a host has to do.</summary>
/// <param name="Item">Of the checklist (calls-api §7), or the section it comes from.</param>
/// <param name="Name">What is checked.</param>
/// <param name="StopsCampaign">The campaign cannot be used afterwards.</param>
internal sealed record Check(string Item, string Name, Func<CallsClient, Task> RunAsync, bool StopsCampaign = false)
{
    public override string ToString() => $"{Item}: {Name}";
}

/// <summary>The host does something else than it should.</summary>
internal sealed class DeviationException(string message) : Exception(message);
