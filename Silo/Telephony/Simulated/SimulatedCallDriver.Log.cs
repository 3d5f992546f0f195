using Dialer.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

public sealed partial class SimulatedCallDriver
{
    [LoggerMessage(LogLevel.Warning, "Nothing was heard of call {Try} until its longest time had passed: it is given up as unknown.")]
    private static partial void LogGivenUp(ILogger logger, TryId @try);

    [LoggerMessage(LogLevel.Error, "An event of call {Try} was not taken.")]
    private static partial void LogSinkFailed(ILogger logger, TryId @try, Exception exception);
}
