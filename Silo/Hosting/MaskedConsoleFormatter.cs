using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Dialer.Silo.Hosting;

/// <summary>
/// One line per entry, with what must not be read in logs masked: phone numbers (in the keys of subscriber grains too, which the
/// runtime prints) and campaign tokens (P54). Our own messages mask by themselves; this is for everybody else's.
/// </summary>
public sealed partial class MaskedConsoleFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "masked";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var cause = logEntry.Exception is null ? "" : " " + logEntry.Exception.ToString().ReplaceLineEndings(" ");
        textWriter.WriteLine($"{clock.GetLocalNow():HH:mm:ss} {Word(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {Mask(text.ReplaceLineEndings(" ") + cause)}");
    }

    /// <summary>Numbers of 10 to 15 digits keep their first four and last two; tokens keep their campaign.</summary>
    public static string Mask(string text) => Phones().Replace(Tokens().Replace(text, "$1***"), m => $"{m.Value[..4]}{new string('*', m.Length - 6)}{m.Value[^2..]}");

    [GeneratedRegex(@"(?<![\d.])\d{10,15}(?!\d)")]
    private static partial Regex Phones();

    [GeneratedRegex(@"\b(\d+\.\d+\.)[A-Za-z0-9_-]{20,}")]
    private static partial Regex Tokens();

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
