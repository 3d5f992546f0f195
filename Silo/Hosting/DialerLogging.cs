using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Dialer.Silo.Hosting;

/// <summary>Where the log goes and what of it: to standard error, masked, others' chatter left out.</summary>
public static class DialerLogging
{
    /// <param name="builder">The host's logging.</param>
    /// <param name="isQuiet">Only errors: a command has a screen of its own.</param>
    public static ILoggingBuilder UseDialerLog(this ILoggingBuilder builder, bool isQuiet = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ClearProviders();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddConsole(o => o.FormatterName = MaskedConsoleFormatter.FormatterName).AddConsoleFormatter<MaskedConsoleFormatter, MaskedFormatterOptions>();
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<MaskedFormatterOptions>(o => o.HasTraces = !isQuiet);
        if (isQuiet)
        {
            return builder.SetMinimumLevel(LogLevel.Error).AddFilter("Orleans", LogLevel.Critical);
        }

        return builder.AddFilter("Orleans", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning)
            // notes about the collector and a watchdog that takes the machine's uptime for a stall
            .AddFilter("Orleans.Runtime.Silo", LogLevel.Error).AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    }
}
