using System.Globalization;
using Dialer.Gateway.Wire;
using Dialer.Webhooks;

namespace Dialer.Gateway.Webhooks;

/// <summary>A new webhook.</summary>
/// <param name="Url">https://…; private addresses only if the operator allowed them.</param>
/// <param name="Events">Types, <c>campaign.*</c> or <c>job.*</c>; none = all.</param>
/// <param name="Campaigns">Ids; none = all, those that are yet to be made too.</param>
internal sealed record NewWebhook(string Url, IReadOnlyList<string>? Events = null, IReadOnlyList<string>? Campaigns = null, string? Description = null);

/// <summary>A webhook.</summary>
/// <param name="Reason">Why it is disabled: <c>gone</c> = the receiver answered 410, <c>operator</c> = by a person.</param>
/// <param name="Pending">Deliveries that wait.</param>
internal sealed record WebhookView(
    string Id,
    string Url,
    string Description,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> Campaigns,
    WebhookStatus Status,
    string? Reason,
    int Pending,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset ChangedAt,
    IReadOnlyList<string> AllowedActions)
{
    public static WebhookView Of(Webhook webhook) => new(
        Text(webhook.Id),
        webhook.Url,
        webhook.Description,
        webhook.Events,
        [.. webhook.Campaigns.Select(c => c.ToString())],
        webhook.Status,
        webhook.Reason,
        webhook.Pending,
        webhook.CreatedAt.ToDateTimeOffset(),
        webhook.CreatedBy,
        webhook.ChangedAt.ToDateTimeOffset(),
        webhook.Status == WebhookStatus.Enabled ? ["test", "disable", "delete"] : ["enable", "delete"]);

    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Secret">What requests are signed with (Standard Webhooks). It is shown here and never again.</param>
internal sealed record MadeWebhook(WebhookView Webhook, string Secret);

/// <summary>One event on its way to a webhook.</summary>
/// <param name="EventId">What the receiver sees as <c>webhook-id</c>; the same in each attempt and replay.</param>
/// <param name="Error">Why it was given up.</param>
/// <param name="Attempts">The last ones, oldest first.</param>
internal sealed record DeliveryView(
    string Id,
    string EventId,
    string Type,
    DeliveryStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DoneAt,
    string? Error,
    IReadOnlyList<AttemptView> Attempts)
{
    public static DeliveryView Of(WebhookDelivery delivery) => new(
        WebhookView.Text(delivery.Id),
        delivery.EventId,
        delivery.Type,
        delivery.Status,
        delivery.CreatedAt.ToDateTimeOffset(),
        Instants.Of(delivery.NextAt),
        Instants.Of(delivery.DoneAt),
        delivery.Error,
        [.. delivery.Attempts.Select(a => new AttemptView(a.At.ToDateTimeOffset(), a.Status == 0 ? null : a.Status, a.Milliseconds, a.Error))]);
}

/// <param name="Status">HTTP status; null = there was no answer.</param>
/// <param name="Error">Null = it was taken.</param>
internal sealed record AttemptView(DateTimeOffset At, int? Status, int Milliseconds, string? Error);
