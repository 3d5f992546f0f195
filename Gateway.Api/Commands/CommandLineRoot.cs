using System.CommandLine;
using Dialer.Gateway.Commands.Demo;
using Dialer.Gateway.Commands.Dial;
using Dialer.Gateway.Access;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands;

/// <summary>Runs the simulated carrier as this process: composed in <c>Program.cs</c>.</summary>
internal delegate Task<int> CarrierStarter(string listen, string? ledger, int? seed, double speed, CancellationToken cancel);

/// <summary>The commands of the process contract. Without one it serves.</summary>
internal static class CommandLineRoot
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, EngineStarter starter, CarrierStarter carrier, TrunkSwitch trunk)
    {
        var arguments = SplitArguments.Of(args);
        var root = new RootCommand("Orleans Dialer: calls every number of a list, within the conditions under which people may be called.")
        {
            DialCommand.Create(starter, arguments),
            DemoCommand.Create(arguments, trunk),
            DemoCommand.CreateWorker(starter, arguments),
            Carrier(carrier),
            Key(starter, arguments),
        };
        root.SetAction((_, _) => ServeAsync(starter, arguments));
        var parsed = root.Parse(arguments.Command);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} See --help.");
            return ExitCodes.Refused;
        }

        return await Outages.EndAsync(() => parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }));
    }

    private static Command Carrier(CarrierStarter carrier)
    {
        var listen = new Option<string>("--listen") { Description = "Loopback address, port 0 = any free one.", DefaultValueFactory = _ => "127.0.0.1:0" };
        var ledger = new Option<string?>("--ledger") { Description = "File of the carrier's own books." };
        var seed = new Option<int?>("--seed") { Description = "Overrides the seed of every channel." };
        var speed = new Option<double>("--speed") { Description = "Ring and talk times pass so many times faster.", DefaultValueFactory = _ => 1 };
        var command = new Command("carrier", "Runs the simulated carrier as a process of its own: nobody is called.") { listen, ledger, seed, speed };
        command.SetAction(async (parsed, cancel) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            using var interrupts = new Interrupts();
            using var registration = interrupts.First.Register(() => stop.Cancel());
            return await carrier(parsed.GetValue(listen)!, parsed.GetValue(ledger), parsed.GetValue(seed), parsed.GetValue(speed), stop.Token);
        });
        return command;
    }

    private static Command Key(EngineStarter starter, SplitArguments arguments)
    {
        var reset = new Command("reset", "Makes one more key of an administrator and prints it.");
        reset.SetAction(async (_, cancel) =>
        {
            await using var engine = await starter(new EngineStart(arguments.Configuration, "./data", IsQuiet: true, NeedsHttp: false), cancel);
            Console.WriteLine($"admin key: {await AdminKey.ResetAsync(engine.Services)}");
            return ExitCodes.Done;
        });
        return new Command("key", "Keys of the management API.") { reset };
    }

    private static async Task<int> ServeAsync(EngineStarter starter, SplitArguments arguments)
    {
        using var interrupts = new Interrupts();
        var starting = starter(new EngineStart(arguments.Configuration, "./data", IsQuiet: false, NeedsHttp: true), CancellationToken.None);
        if (await Task.WhenAny(starting, interrupts.First.WhenCancelled()) != starting)
        {
            return ExitCodes.Interrupted;
        }

        await using var engine = await starting;
        if (await AdminKey.EnsureAsync(engine.Services) is { } made)
        {
            Console.WriteLine($"admin key: {made}");
        }

        Console.WriteLine($"Orleans Dialer serves {engine.Url}. Ctrl-C ends it.");
        if (!Console.IsOutputRedirected && await AdminKey.LinkAsync(engine) is { } link)
        {
            Console.WriteLine($"Sign in, once: {link}");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interrupts.First, engine.Stopping);
        await ended.Token.WhenCancelled();
        return interrupts.First.IsCancellationRequested ? ExitCodes.Done : ExitCodes.Stopped;
    }
}
