using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated.Link;

public sealed partial class CarrierServer
{
    [LoggerMessage(LogLevel.Information, "Dialer {Number} connected.")]
    private static partial void LogOpened(ILogger logger, int number);

    [LoggerMessage(LogLevel.Information, "Dialer {Number} is gone ({Why}); its calls go on.")]
    private static partial void LogClosed(ILogger logger, int number, string why);

    [LoggerMessage(LogLevel.Warning, "Dialer {Number} was turned away: too many are connected, or the carrier is stopping.")]
    private static partial void LogTurnedAway(ILogger logger, int number);

    [LoggerMessage(LogLevel.Warning, "A connection could not be taken.")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception);
}
