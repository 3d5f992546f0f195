namespace Dialer.Events;

/// <summary>Settings of events and their streams (P51), under <c>Dialer:Events:</c>.</summary>
public sealed class EventOptions
{
    /// <summary>Days that events and finished deliveries are kept. 1–365.</summary>
    public int RetentionDays { get; set; } = 7;

    /// <summary>Seconds of silence after which a stream sends a comment, so that proxies keep it. 1–300.</summary>
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>Streams that a key may hold open in one process; one more is answered 429. 1–1000.</summary>
    public int StreamsPerKey { get; set; } = 10;
}
