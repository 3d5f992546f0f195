using System.Security.Claims;
using Dialer.Events;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Events;

/// <summary>Live events as server-sent events (P51): of one campaign, or of all.</summary>
internal static class EventEndpoints
{
    public const string ContentType = "text/event-stream";

    public static IServiceCollection AddEvents(this IServiceCollection services) => services.AddSingleton<StreamPlaces>();

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/campaigns/{id:long}/events", OfCampaignAsync).WithName("streamCampaignEvents").WithTags("Events")
            .WithSummary("Events of a campaign as they happen (server-sent events): first a snapshot, then each transition. Last-Event-ID continues.")
            .Produces<string>(200, ContentType).ProducesProblem(404).ProducesProblem(429);
        routes.MapGet("/api/v1/events", OfAllAsync).WithName("streamEvents").WithTags("Events")
            .WithSummary("Events of all campaigns as they happen (server-sent events): first a snapshot of each open one. Last-Event-ID continues.")
            .Produces<string>(200, ContentType).ProducesProblem(429);
    }

    private static async Task<IResult> OfCampaignAsync(long id, HttpContext context, IEventFeed feed, StreamPlaces places, TimeProvider clock, EventOptions options)
    {
        var campaign = new CampaignId(id);
        if (await feed.ReadStandingAsync(campaign) is null)
        {
            return CampaignEndpoints.NotFound();
        }

        var last = StoredEvent.TryParseId(LastOf(context), out var of, out var seq) && of == campaign ? seq : (long?)null;
        return Open(context, places, options, cancel => new CampaignEvents(feed, campaign, clock).ReadAsync(last, cancel));
    }

    private static IResult OfAllAsync(HttpContext context, IEventFeed feed, StreamPlaces places, TimeProvider clock, EventOptions options) =>
        Open(context, places, options, cancel => new AllEvents(feed, clock).ReadAsync(ResumeMark.TryRead(LastOf(context)), cancel));

    private static IResult Open(HttpContext context, StreamPlaces places, EventOptions options, Func<CancellationToken, IAsyncEnumerable<StreamItem?>> read)
    {
        var key = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        return places.TryTake(key, options.StreamsPerKey) is { } place
            ? new EventStream(read, place, key, TimeSpan.FromSeconds(options.HeartbeatSeconds))
            : Problem.Of(
                StatusCodes.Status429TooManyRequests,
                "too_many_streams",
                $"This key has {options.StreamsPerKey} streams open; close one, or read all campaigns from /api/v1/events.");
    }

    private static string? LastOf(HttpContext context) => context.Request.Headers["Last-Event-ID"].FirstOrDefault();
}
