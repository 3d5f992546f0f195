using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

public sealed partial class SimulatedCallDriverFactory
{
    [LoggerMessage(LogLevel.Warning, "The ledger of simulated channel {Channel} is not kept here: its carrier keeps its own, named where the carrier is started.")]
    private static partial void LogLedgerUnused(ILogger logger, ChannelId channel);
}
