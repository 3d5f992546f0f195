using System.Net;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated.Link;

internal sealed partial class CarrierLink
{
    [LoggerMessage(LogLevel.Information, "Linked to the simulated carrier at {Carrier}.")]
    private static partial void LogUp(ILogger logger, IPEndPoint carrier);

    [LoggerMessage(LogLevel.Warning, "No link to the simulated carrier at {Carrier}: {Why}. It is tried again until it is back.")]
    private static partial void LogDown(ILogger logger, IPEndPoint carrier, string why);

    [LoggerMessage(LogLevel.Error, "The simulated carrier at {Carrier} refused what this dialer said: {Text}")]
    private static partial void LogRefused(ILogger logger, IPEndPoint carrier, string text);
}
