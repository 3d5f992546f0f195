namespace Dialer.Webhooks;

/// <summary>Settings of webhooks (P51), under <c>Dialer:Webhooks:</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Private addresses that may be sent to, in spite of the guard against requests into one's own network: <c>true</c> = all, or host
    /// names, addresses and networks, separated by commas: <c>crm.local,10.1.0.0/16</c>. They may also be reached without TLS.
    /// </summary>
    public string? AllowPrivate { get; set; }

    /// <summary>Deliveries to one webhook that are under way at once. 1–64.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>What is waited for an answer, in seconds. 1–60.</summary>
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>Deliveries of one webhook that may wait; above that the oldest are given up, visibly. 100–10,000,000.</summary>
    public int MaxPending { get; set; } = 100_000;

    /// <summary>What the pauses between attempts (5 s … 24 h) are multiplied by: for rehearsals. Above 0, at most 1.</summary>
    public double RetryScale { get; set; } = 1;
}
