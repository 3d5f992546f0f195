using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Dialer.Silo.Hosting;

/// <summary>How much of a failure is written.</summary>
public sealed class MaskedFormatterOptions : ConsoleFormatterOptions
{
    /// <summary>With stack traces, which tell an operator nothing.</summary>
    public bool HasTraces { get; set; } = true;
}

/// <summary>
/// One line per entry, with what must not be read in logs masked: phone numbers (in the keys of subscriber grains too, which the
/// runtime prints) and campaign tokens (P54). Our own messages mask by themselves; this is for everybody else's.
/// </summary>
public sealed partial class MaskedConsoleFormatter(TimeProvider clock, IOptionsMonitor<MaskedFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "masked";

    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    private const int StartFailed = 11;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        if (logEntry.Category == HostCategory && logEntry.EventId.Id == StartFailed)
        {
            // said once, by whoever started it
            return;
        }

        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var cause = logEntry.Exception is null ? "" : " " + Cause(logEntry.Exception).ReplaceLineEndings(" ");
        textWriter.WriteLine($"{clock.GetLocalNow():HH:mm:ss} {Word(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {Mask(text.ReplaceLineEndings(" ") + cause)}");
    }

    /// <summary>Numbers of 10 to 15 digits keep their first four and last two; tokens keep their campaign, callback addresses their call.</summary>
    public static string Mask(string text) => Phones().Replace(Callbacks().Replace(Tokens().Replace(text, "$1***"), "$1***"), m => $"{m.Value[..4]}{new string('*', m.Length - 6)}{m.Value[^2..]}");

    // a command's screen is read by its operator, a server's log by whoever mends it
    private string Cause(Exception e) => options.CurrentValue.HasTraces ? e.ToString() : $"{e.GetType().Name}: {e.GetBaseException().Message}";

    [GeneratedRegex(@"(?<![\d.])\d{10,15}(?!\d)")]
    private static partial Regex Phones();

    [GeneratedRegex(@"\b(\d+\.\d+\.)[A-Za-z0-9_-]{20,}")]
    private static partial Regex Tokens();

    /// <summary>The signature in a call's callback address is what proves the bot (P41).</summary>
    [GeneratedRegex(@"(callbacks/calls/[^/\s]+/)[^/\s?""']+", RegexOptions.IgnoreCase)]
    private static partial Regex Callbacks();

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
