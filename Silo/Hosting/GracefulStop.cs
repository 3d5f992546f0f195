using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.HttpBots;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Dialer.Silo.Hosting;

/// <summary>
/// The polite end of a silo: nothing new is dialed, phones that ring are let go, talks may go on for a while, then are hung up;
/// results are stored before the grains go. Whatever is cut short nevertheless is settled by the next start or another silo.
/// </summary>
internal sealed partial class GracefulStop(CallDesk desk, CallEventRelay relay, HttpBots bots, DialerOptions options, TimeProvider clock, ILogger<GracefulStop> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long the ends of calls that were hung up may take to come.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // stages stop in falling order: this one before the loops of recovery and before the grains
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(GracefulStop), ServiceLifecycleStage.Active + 2, _ => Task.CompletedTask, StopAsync);

    private async Task StopAsync(CancellationToken cancel)
    {
        desk.Close();
        await desk.HangUpAsync((_, call) => !call.IsAnswered, HangUpReason.Shutdown);
        await UntilOverAsync(TimeSpan.FromSeconds(options.ShutdownSeconds), cancel);
        var left = desk.List().Count;
        if (left > 0)
        {
            LogHangingUp(left, options.ShutdownSeconds);
            await desk.HangUpAsync((_, _) => true, HangUpReason.Shutdown);
            await UntilOverAsync(EndLimit, cancel);
        }

        await Task.WhenAll(relay.DrainAsync(DrainLimit), bots.DrainAsync(DrainLimit));
    }

    private async Task UntilOverAsync(TimeSpan limit, CancellationToken cancel)
    {
        var began = clock.GetTimestamp();
        while (!cancel.IsCancellationRequested && desk.List().Count > 0 && clock.GetElapsedTime(began) < limit)
        {
            await Task.Delay(Look, clock, CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Calls} calls are still up after {Seconds} s; hanging up")]
    private partial void LogHangingUp(int calls, int seconds);
}
