namespace Dialer.Webhooks;

/// <summary>Webhooks and the log of what was sent to them.</summary>
public interface IWebhookStore
{
    /// <summary>Webhooks that an installation may have.</summary>
    const int MaxWebhooks = 50;

    /// <summary>
    /// Makes a webhook that is told of everything from now on: when this returns, its campaigns' events are recorded. Refused when there
    /// are <see cref="MaxWebhooks"/> or a campaign is not there.
    /// </summary>
    Task<Answer<Webhook>> CreateAsync(Webhook webhook, Secret secret, UnixTime now);

    Task<IReadOnlyList<Webhook>> ListAsync();

    Task<Webhook?> FindAsync(long id);

    /// <summary>Nothing more is sent; its log goes with it. False = there is none.</summary>
    Task<bool> DeleteAsync(long id, UnixTime now);

    /// <summary>Enabled again it is told of what happens from now on; what waited is sent. Null = there is none.</summary>
    Task<Webhook?> EnableAsync(long id, UnixTime now);

    /// <param name="id">Which.</param>
    /// <param name="reason">Why, a stable word.</param>
    /// <param name="now">When.</param>
    Task<Webhook?> DisableAsync(long id, string reason, UnixTime now);

    /// <summary>Newest first, before an id (0 = from the newest).</summary>
    Task<IReadOnlyList<WebhookDelivery>> ReadDeliveriesAsync(long webhook, DeliveryStatus? status, long before, int limit);

    /// <summary>Sends a <c>webhook.test</c> event.</summary>
    Task<WebhookDelivery> AddTestAsync(long webhook, UnixTime now);

    /// <summary>Sends it again under its event's id, with its schedule from the beginning. Null = there is no such delivery, or its phone was erased.</summary>
    Task<WebhookDelivery?> ReplayAsync(long webhook, long delivery, UnixTime now);
}

/// <summary>Whether an address may be sent to at all; the resolved one is looked at again with each connection.</summary>
public interface IWebhookAddresses
{
    /// <summary>Null = it may.</summary>
    Refusal? Check(string url);
}
