using System.Net.Sockets;
using Dialer.Domain.Channels;
using Dialer.Silo.Telephony.Simulated.Link;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// Runs a simulated carrier as a process of its own, so that it outlives the dialer: <c>carrier --listen HOST:PORT --ledger FILE</c>.
/// </summary>
public static class CarrierCommand
{
    /// <summary>
    /// Serves until cancelled and answers the exit code: 0 = was stopped, 1 = refused, with one message on the error output that says
    /// what, where and how to mend it. Prints <c>carrier listening on 127.0.0.1:PORT</c> once it takes calls.
    /// </summary>
    public static Task<int> RunAsync(CarrierOptions options, CancellationToken cancel) =>
        RunAsync(options, Console.Out, Console.Error, loggers: null, cancel);

    /// <summary>The same with its outputs given; no logger factory = says nothing else.</summary>
    public static async Task<int> RunAsync(
        CarrierOptions options, TextWriter output, TextWriter errors, ILoggerFactory? loggers, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        if (!LoopbackAddress.TryParse(options.Listen, allowPortZero: true, out var listen))
        {
            await errors.WriteLineAsync(
                $"carrier: --listen is '{options.Listen}': it has no access control and listens on a loopback address only; give 127.0.0.1:PORT (port 0 = any free one).");
            return 1;
        }

        try
        {
            await using var carrier = new Carrier(options, TimeProvider.System, loggers?.CreateLogger<Carrier>());
            await using var server = CarrierServer.Start(carrier, listen, loggers?.CreateLogger<CarrierServer>());
            await output.WriteLineAsync($"carrier listening on {server.EndPoint}");
            await output.FlushAsync(CancellationToken.None);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (SocketException e)
        {
            await errors.WriteLineAsync($"carrier: cannot listen on {listen}: {e.Message}. Give another port with --listen.");
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"carrier: cannot keep the ledger {options.Ledger}: {e.Message} Give another file with --ledger.");
            return 1;
        }
        catch (ArgumentException e)
        {
            await errors.WriteLineAsync($"carrier: {e.Message}");
            return 1;
        }
    }
}
