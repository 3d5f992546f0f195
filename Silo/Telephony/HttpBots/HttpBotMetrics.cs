using System.Diagnostics.Metrics;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>Figures of HTTP bots (P54): how long they take, and why they fail.</summary>
internal static class HttpBotMetrics
{
    public const string MeterName = "Dialer.HttpBots";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Seconds = Meter.CreateHistogram<double>(
        "dialer.http_bot.duration", "s", "From an event of a call to its HTTP bot's answer, or to its failure.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "dialer.http_bot.failures", "{event}", "Events that did not reach their HTTP bot, and answers that could not be taken, by cause.");

    public static void Answered(BotEvent told, TimeSpan took) => Seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("event", told.Name));

    public static void Failed(BotEvent told, BotFault fault) =>
        Failures.Add(1, new KeyValuePair<string, object?>("event", told.Name), new KeyValuePair<string, object?>("cause", fault.Cause));
}
