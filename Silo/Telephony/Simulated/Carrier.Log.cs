using Dialer.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

public sealed partial class Carrier
{
    [LoggerMessage(LogLevel.Warning, "The simulated trunk is down: calls fail until it is told to come back.")]
    private static partial void LogTrunkDown(ILogger logger);

    [LoggerMessage(LogLevel.Information, "The simulated trunk is up again.")]
    private static partial void LogTrunkUp(ILogger logger);

    [LoggerMessage(LogLevel.Error, "Call {Try} was dialed again; no second call was made.")]
    private static partial void LogRepeated(ILogger logger, TryId @try);

    [LoggerMessage(LogLevel.Error, "The ledger line of call {Try} could not be written.")]
    private static partial void LogLedgerFailed(ILogger logger, TryId @try, Exception exception);

    [LoggerMessage(LogLevel.Error, "A report about call {Try} was not taken.")]
    private static partial void LogListenerFailed(ILogger logger, TryId @try, Exception exception);
}
