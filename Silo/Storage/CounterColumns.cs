using System.Data.Common;
using Dialer.Campaigns;

namespace Dialer.Silo.Storage;

/// <summary>The counter columns of <c>campaign</c>: one order for reading, adding and binding.</summary>
internal static class CounterColumns
{
    public static readonly IReadOnlyList<string> Names =
    [
        "total", "loaded", "waiting", "live", "backoff", "final", "waiting_for_retry", "answered", "not_answered", "nonexistent",
        "technical_error", "not_done", "cancelled", "unknown", "tries", "attempts", "retry_attempts", "technical_failures",
        "redials_dropped", "talk_ms", "rejected_at_load", "waiting_attempted",
        "answered_calls", "busy_calls", "rejected_calls", "no_answer_calls", "speech_seconds", "billed_seconds",
    ];

    public static readonly string List = string.Join(", ", Names);

    /// <summary><c>total = campaign.total + u.total, …</c></summary>
    public static string Additions(string table, string delta) =>
        string.Join(", ", Names.Select(n => $"{n} = {table}.{n} + {delta}{n}"));

    public static long[] Values(CampaignCounters c) =>
    [
        c.Total, c.Loaded, c.Waiting, c.Live, c.Backoff, c.Final, c.WaitingForRetry, c.Answered, c.NotAnswered, c.Nonexistent,
        c.TechnicalError, c.NotDone, c.Cancelled, c.Unknown, c.Tries, c.Attempts, c.RetryAttempts, c.TechnicalFailures,
        c.RedialsDropped, c.TalkMs, c.RejectedAtLoad, c.WaitingAttempted,
        c.AnsweredCalls, c.BusyCalls, c.RejectedCalls, c.NoAnswerCalls, c.SpeechSeconds, c.BilledSeconds,
    ];

    public static CampaignCounters Read(DbDataReader reader, int first)
    {
        int Int(int offset) => (int)reader.GetInt64(first + offset);
        return new CampaignCounters
        {
            Total = Int(0),
            Loaded = Int(1),
            Waiting = Int(2),
            Live = Int(3),
            Backoff = Int(4),
            Final = Int(5),
            WaitingForRetry = Int(6),
            Answered = Int(7),
            NotAnswered = Int(8),
            Nonexistent = Int(9),
            TechnicalError = Int(10),
            NotDone = Int(11),
            Cancelled = Int(12),
            Unknown = Int(13),
            Tries = Int(14),
            Attempts = Int(15),
            RetryAttempts = Int(16),
            TechnicalFailures = Int(17),
            RedialsDropped = Int(18),
            TalkMs = reader.GetInt64(first + 19),
            RejectedAtLoad = Int(20),
            WaitingAttempted = Int(21),
            AnsweredCalls = Int(22),
            BusyCalls = Int(23),
            RejectedCalls = Int(24),
            NoAnswerCalls = Int(25),
            SpeechSeconds = reader.GetInt64(first + 26),
            BilledSeconds = reader.GetInt64(first + 27),
        };
    }
}
