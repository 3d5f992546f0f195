using Dialer.Events;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Signing;
using Dialer.Webhooks;

namespace Dialer.Gateway.Webhooks;

/// <summary><c>/api/v1/webhooks</c>: who is told of events (P51), and what became of each.</summary>
internal static class WebhookEndpoints
{
    private const string Path = "/api/v1/webhooks";
    private const string ByOperator = "operator";
    private const int MaxDescription = 200;
    private const int MaxCampaigns = 100;

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup(Path).WithTags("Webhooks").RequireAuthorization(AccessNames.Admin);
        webhooks.MapGet("", async (IWebhookStore store) => Results.Ok(new Page<WebhookView>([.. (await store.ListAsync()).Select(WebhookView.Of)], null)))
            .WithName("listWebhooks").WithSummary("Webhooks.").Produces<Page<WebhookView>>();
        webhooks.MapPost("", CreateAsync).WithName("createWebhook").WithSummary("A new webhook. Its secret is shown in this answer and never again.")
            .Accepts<NewWebhook>("application/json").Produces<MadeWebhook>(201).ProducesProblem(400).ProducesProblem(409).ProducesProblem(422)
            .Audited("webhook.create", target: null).Idempotent(isSecret: true);
        webhooks.MapGet("/{id:long}", async (long id, IWebhookStore store) => await store.FindAsync(id) is { } webhook ? Results.Ok(WebhookView.Of(webhook)) : NotFound())
            .WithName("getWebhook").WithSummary("A webhook.").Produces<WebhookView>().ProducesProblem(404);
        webhooks.MapDelete("/{id:long}", DeleteAsync).WithName("deleteWebhook").WithSummary("Nothing more is sent to it; what waited is dropped with its log.")
            .Produces(204).ProducesProblem(404).Audited("webhook.delete");
        webhooks.MapPost("/{id:long}/disable", DisableAsync).WithName("disableWebhook").WithSummary("Nothing is sent or recorded for it until it is enabled; what waits waits on.")
            .Produces<WebhookView>().ProducesProblem(404).Audited("webhook.disable").Idempotent();
        webhooks.MapPost("/{id:long}/enable", EnableAsync).WithName("enableWebhook").WithSummary("It is told of what happens from now on; what waited is sent.")
            .Produces<WebhookView>().ProducesProblem(404).Audited("webhook.enable").Idempotent();
        webhooks.MapPost("/{id:long}/test", TestAsync).WithName("testWebhook").WithSummary("Sends a webhook.test event; its delivery tells what became of it.")
            .Produces<DeliveryView>(202).ProducesProblem(404).ProducesProblem(409).Audited("webhook.test").Idempotent();
        webhooks.MapGet("/{id:long}/deliveries", DeliveriesAsync).WithName("listDeliveries").WithSummary("What was sent and what waits, newest first; by status.")
            .Produces<Page<DeliveryView>>().ProducesProblem(400).ProducesProblem(404);
        webhooks.MapPost("/{id:long}/deliveries/{deliveryId:long}/replay", ReplayAsync).WithName("replayDelivery").WithSummary("Sends it again, under the id that it has.")
            .Produces<DeliveryView>(202).ProducesProblem(404).ProducesProblem(409).Audited("webhook.replay", "deliveryId").Idempotent();
    }

    private static async Task<IResult> CreateAsync(
        Body<NewWebhook> body, HttpContext context, IWebhookStore store, IWebhookAddresses addresses, INewIds ids, TimeProvider clock)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        var refusals = new List<Refusal>();
        var webhook = Read(asked, addresses, refusals);
        if (refusals.Count > 0)
        {
            return Problem.Of(refusals);
        }

        var id = await context.NewIdAsync(ids);
        if (context.IsRepeat() && await store.FindAsync(id) is not null)
        {
            return KeptAnswer.Withheld($"{Path}/{id}");
        }

        var secret = StandardWebhooks.NewSecret();
        var made = await store.CreateAsync(webhook with { Id = id, CreatedBy = context.User.Actor() }, secret, clock.Now());
        if (!made.IsDone)
        {
            return Problem.Of(made.Refusals);
        }

        context.AuditTarget(WebhookView.Text(made.Value.Id));
        return Results.Created($"{Path}/{made.Value.Id}", new MadeWebhook(WebhookView.Of(made.Value), secret.Value));
    }

    private static Webhook Read(NewWebhook asked, IWebhookAddresses addresses, List<Refusal> refusals)
    {
        if ((PlainTexts.Refuse(asked.Url, "url") ?? addresses.Check(asked.Url)) is { } refused)
        {
            refusals.Add(refused);
        }

        var description = asked.Description?.Trim() ?? "";
        if (description.Length > MaxDescription)
        {
            refusals.Add(new Refusal("invalid_setting", $"A description has at most {MaxDescription} characters.", Field: "description"));
        }

        if (PlainTexts.Refuse(description, "description") is { } unplain)
        {
            refusals.Add(unplain);
        }

        var events = (asked.Events ?? []).Distinct().ToList();
        if (events.Find(e => e is null || !EventTypes.IsPattern(e)) is { } unknown || events.Contains(null!))
        {
            refusals.Add(new Refusal("invalid_setting", $"Events are campaign.*, job.* or any of {string.Join(", ", EventTypes.All)}.", Field: "events"));
        }

        var campaigns = new List<CampaignId>();
        foreach (var text in (asked.Campaigns ?? []).Distinct())
        {
            if (CampaignId.TryParse(text, out var campaign))
            {
                campaigns.Add(campaign);
            }
            else
            {
                refusals.Add(new Refusal("invalid_setting", "Campaigns are ids of campaigns.", Field: "campaigns"));
                break;
            }
        }

        if (campaigns.Count > MaxCampaigns)
        {
            refusals.Add(new Refusal("invalid_setting", $"Name at most {MaxCampaigns} campaigns, or none for all of them.", Field: "campaigns"));
        }

        return new Webhook { Id = 0, Url = asked.Url, Description = description, Events = events, Campaigns = campaigns, CreatedBy = "" };
    }

    private static async Task<IResult> DeleteAsync(long id, IWebhookStore store, TimeProvider clock) =>
        await store.DeleteAsync(id, clock.Now()) ? Results.NoContent() : NotFound();

    private static async Task<IResult> DisableAsync(long id, IWebhookStore store, TimeProvider clock) =>
        await store.DisableAsync(id, ByOperator, clock.Now()) is { } webhook ? Results.Ok(WebhookView.Of(webhook)) : NotFound();

    private static async Task<IResult> EnableAsync(long id, IWebhookStore store, TimeProvider clock) =>
        await store.EnableAsync(id, clock.Now()) is { } webhook ? Results.Ok(WebhookView.Of(webhook)) : NotFound();

    private static async Task<IResult> TestAsync(long id, IWebhookStore store, TimeProvider clock) => await EnabledAsync(id, store)
        ?? Results.Accepted($"{Path}/{id}/deliveries", DeliveryView.Of(await store.AddTestAsync(id, clock.Now())));

    private static async Task<IResult> DeliveriesAsync(long id, IWebhookStore store, Paging paging, string? status = null)
    {
        if (paging.Fault is { } fault)
        {
            return fault;
        }

        DeliveryStatus? wanted = status switch
        {
            null or "" => null,
            "pending" => DeliveryStatus.Pending,
            "delivered" => DeliveryStatus.Delivered,
            "failed" => DeliveryStatus.Failed,
            _ => DeliveryStatus.None,
        };
        if (wanted == DeliveryStatus.None)
        {
            return Problem.Of(400, "bad_status", "status is pending, delivered or failed.", [new ProblemError("status", "bad_status", "status is pending, delivered or failed.")]);
        }

        return await store.FindAsync(id) is null
            ? NotFound()
            : Results.Ok(Page.Of(await store.ReadDeliveriesAsync(id, wanted, paging.After ?? 0, paging.Limit), paging, d => d.Id, DeliveryView.Of));
    }

    private static async Task<IResult> ReplayAsync(long id, long deliveryId, IWebhookStore store, TimeProvider clock) => await EnabledAsync(id, store)
        ?? (await store.ReplayAsync(id, deliveryId, clock.Now()) is { } delivery
            ? Results.Accepted($"{Path}/{id}/deliveries", DeliveryView.Of(delivery))
            : Problem.Of(404, "delivery_not_found", "There is no such delivery, or the person that it was about was erased."));

    /// <summary>Null = it is enabled.</summary>
    private static async Task<IResult?> EnabledAsync(long id, IWebhookStore store) => await store.FindAsync(id) switch
    {
        null => NotFound(),
        { Status: WebhookStatus.Enabled } => null,
        _ => Problem.Of(409, "webhook_disabled", "Nothing is sent to a disabled webhook; enable it first.", allowedActions: ["enable", "delete"]),
    };

    private static IResult NotFound() => Problem.Of(404, "webhook_not_found", "There is no such webhook.");
}
