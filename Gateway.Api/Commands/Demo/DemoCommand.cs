using System.CommandLine;
using System.Globalization;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>Tells a carrier process that its trunk is up or down: composed in <c>Program.cs</c>.</summary>
internal delegate Task TrunkSwitch(string endpoint, bool isUp);

/// <summary><c>demo</c>, and the hidden command that its dialing process runs.</summary>
internal static class DemoCommand
{
    public const string WorkerName = "demo-worker";

    public static Command Create(SplitArguments arguments, TrunkSwitch trunk)
    {
        var command = new Command("demo", "A minute that shows the dialer at work on a simulated carrier: nobody is called.");
        command.SetAction((_, _) => new DemoRun(arguments, trunk, Directory(arguments)).RunAsync());
        return command;
    }

    public static Command CreateWorker(EngineStarter starter, SplitArguments arguments)
    {
        var list = new Option<string>("--list") { Required = true };
        var carrier = new Option<string>("--carrier") { Required = true };
        var ledger = new Option<string>("--ledger") { Required = true };
        var command = new Command(WorkerName, "The dialing process of the demo.") { list, carrier, ledger };
        command.Hidden = true;
        command.SetAction((parsed, _) => new DemoWorker(
            starter, arguments, parsed.GetRequiredValue(list), parsed.GetRequiredValue(carrier), parsed.GetRequiredValue(ledger)).RunAsync());
        return command;
    }

    /// <summary>A fresh directory for each demo: nothing of an earlier one is touched.</summary>
    private static string Directory(SplitArguments arguments)
    {
        var now = TimeProvider.System.GetUtcNow();
        return Path.GetFullPath(Path.Combine(arguments.Setting("Dialer:DataDirectory") ?? "./data/demo", now.ToString("'run-'yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)));
    }
}
