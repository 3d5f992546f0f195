namespace Dialer.Webhooks;

/// <summary>Whom events are sent to (P51).</summary>
public sealed record Webhook
{
    public required long Id { get; init; }

    public required string Url { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Types and patterns of <see cref="Events.EventTypes"/>; none = all.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>None = all, those that are yet to be made too.</summary>
    public IReadOnlyList<CampaignId> Campaigns { get; init; } = [];

    public WebhookStatus Status { get; init; } = WebhookStatus.Enabled;

    /// <summary>Why it is disabled, a stable word: <c>gone</c> = the receiver answered 410, <c>operator</c> = by a person.</summary>
    public string? Reason { get; init; }

    public UnixTime CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public UnixTime ChangedAt { get; init; }

    /// <summary>Deliveries that wait; read only.</summary>
    public int Pending { get; init; }
}

public enum WebhookStatus : byte
{
    None = 0,
    Enabled = 1,

    /// <summary>Nothing is sent and nothing recorded for it; what waited waits on.</summary>
    Disabled = 2,
    Deleted = 3,
}

/// <summary>One event on its way to one webhook.</summary>
public sealed record WebhookDelivery
{
    public required long Id { get; init; }

    public required long Webhook { get; init; }

    public required CampaignId Campaign { get; init; }

    public required long Seq { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public UnixTime CreatedAt { get; init; }

    public DeliveryStatus Status { get; init; }

    /// <summary>Attempts since it was handed over or replayed.</summary>
    public int Tries { get; init; }

    /// <summary>When the next attempt is due; none if there is none.</summary>
    public UnixTime NextAt { get; init; }

    public UnixTime DoneAt { get; init; }

    /// <summary>Why it was given up, a stable word.</summary>
    public string? Error { get; init; }

    /// <summary>The last attempts, oldest first.</summary>
    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>What the receiver sees as <c>webhook-id</c>: the event's stable id.</summary>
    public string EventId => Campaign.Value == 0
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"test-{Seq}")
        : Dialer.Events.StoredEvent.IdOf(Campaign, Seq);
}

public enum DeliveryStatus : byte
{
    None = 0,

    /// <summary>Not delivered yet.</summary>
    Pending = 1,
    Delivered = 2,

    /// <summary>Given up; can be replayed.</summary>
    Failed = 3,
}

/// <summary>One attempt: of the answer only its status is kept.</summary>
/// <param name="Status">HTTP status; 0 = there was no answer.</param>
/// <param name="Error">A stable word if it failed: <c>timeout</c>, <c>connect</c>, <c>dns</c>, <c>tls</c>, <c>address_refused</c>, <c>redirect</c>, <c>status</c>, <c>failed</c>.</param>
public sealed record DeliveryAttempt(UnixTime At, int Status, int Milliseconds, string? Error);
