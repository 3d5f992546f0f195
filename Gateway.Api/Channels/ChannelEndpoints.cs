using System.Text.Json;
using System.Text.Json.Nodes;
using Dialer.Channels;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Reports;

namespace Dialer.Gateway.Channels;

/// <summary><c>/api/v1/channels</c> (P39–P46).</summary>
internal static class ChannelEndpoints
{
    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        var channels = routes.MapGroup("/api/v1/channels").WithTags("Channels");
        channels.MapGet("", ListAsync).WithName("listChannels").WithSummary("Channels, newest first.")
            .Produces<Page<ChannelView>>().ProducesProblem(400);
        channels.MapPost("", CreateAsync).WithName("createChannel").WithSummary("A new channel.")
            .Accepts<ChannelBody>("application/json").Produces<ChannelView>(201).ProducesProblem(400).ProducesProblem(422)
            .RequireAuthorization(AccessNames.Admin).Audited("channel.create", target: null).Idempotent();
        channels.MapGet("/{id:long}", GetAsync).WithName("getChannel").WithSummary("A channel and its health.")
            .Produces<ChannelView>().Produces(304).ProducesProblem(404);
        channels.MapPatch("/{id:long}", EditAsync).WithName("editChannel").WithSummary("Changes some settings (JSON Merge Patch). Lines and rate hold at once.")
            .Accepts<ChannelBody>("application/merge-patch+json", "application/json").Produces<ChannelView>()
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Admin).Audited("channel.edit");
        channels.MapDelete("/{id:long}", DeleteAsync).WithName("deleteChannel").WithSummary("Deletes a channel. One that a started campaign uses only with force=true, which pauses it first.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Admin).Audited("channel.delete");
        channels.MapGet("/{id:long}/health", HealthAsync).WithName("getChannelHealth").WithSummary("Asks the trunk now whether it is there.")
            .Produces<ChannelHealth>().ProducesProblem(404);
        channels.MapPost("/{id:long}/stop-now", StopNowAsync).WithName("stopChannelNow").WithSummary("Hangs up every call of the channel and pauses its campaigns.")
            .Produces<Stopped>().ProducesProblem(404).RequireAuthorization(AccessNames.Operator).Audited("channel.stop-now").Idempotent();
        channels.MapTestCall();
    }

    private static async Task<IResult> ListAsync(IDialerQueries queries, Paging paging) => paging.Fault ?? Results.Ok(Page.Of(
        await queries.ReadChannelsAsync(paging.After ?? 0, paging.Limit), paging, c => c.Id.Value, c => ChannelView.Of(c.Id, c.Settings, c.Version, null)));

    private static async Task<IResult> CreateAsync(Body<ChannelBody> body, HttpContext context, IGrainFactory grains, INewIds ids)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        if (asked.RefuseLedger() is { } refused)
        {
            return Problem.Of([refused]);
        }

        var id = await context.NewIdAsync(ids);
        var made = await grains.GetGrain<IChannelGrain>(id).CreateAsync(asked.ToSettings());
        if (!made.IsDone)
        {
            return Problem.Of(made.Refusals);
        }

        if (made.Value.Deleted)
        {
            return IdempotentRequests.Gone();
        }

        context.AuditTarget(made.Value.Id.ToString());
        Versions.Tell(context, made.Value.Version);
        return Results.Created($"/api/v1/channels/{id}", ChannelView.Of(made.Value));
    }

    private static async Task<IResult> GetAsync(long id, HttpContext context, IGrainFactory grains)
    {
        if (await FindAsync(grains, id) is not { } channel)
        {
            return NotFound();
        }

        Versions.Tell(context, channel.Version);
        return Versions.IsKnown(context.Request, channel.Version) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Ok(ChannelView.Of(channel));
    }

    private static async Task<IResult> EditAsync(long id, Body<JsonObject> body, HttpContext context, IGrainFactory grains)
    {
        if (body.Value is not { } patch)
        {
            return body.Fault!;
        }

        if (await FindAsync(grains, id) is not { } channel)
        {
            return NotFound();
        }

        var (version, stale) = Versions.Expected(context.Request, channel.Version);
        if (stale is not null)
        {
            return stale;
        }

        ChannelBody edited;
        try
        {
            edited = MergePatch.Apply(ChannelBody.Of(channel.Settings, isForPatch: true), patch);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, "invalid_json", JsonFaults.Text(e as JsonException));
        }

        if (edited.RefuseLedger(channel.Settings) is { } refused)
        {
            return Problem.Of([refused]);
        }

        var answer = await grains.GetGrain<IChannelGrain>(id).EditAsync(edited.ToSettings(channel.Settings), version);
        if (!answer.IsDone)
        {
            return Problem.Of(answer.Refusals);
        }

        Versions.Tell(context, answer.Value.Version);
        return Results.Ok(ChannelView.Of(answer.Value));
    }

    private static async Task<IResult> DeleteAsync(long id, HttpContext context, IGrainFactory grains, bool force = false)
    {
        if (await FindAsync(grains, id) is not { } channel)
        {
            return NotFound();
        }

        if (Versions.Expected(context.Request, channel.Version).Fault is { } stale)
        {
            return stale;
        }

        var answer = await grains.GetGrain<IChannelGrain>(id).DeleteAsync(force);
        return answer.IsDone ? Results.NoContent() : Problem.Of(answer.Refusals);
    }

    private static async Task<IResult> HealthAsync(long id, IGrainFactory grains) =>
        await FindAsync(grains, id) is not null && await grains.GetGrain<IChannelGrain>(id).ProbeAsync() is { } health
            ? Results.Ok(ChannelHealth.Of(health))
            : NotFound();

    private static async Task<IResult> StopNowAsync(long id, IGrainFactory grains) =>
        await FindAsync(grains, id) is null ? NotFound() : Results.Ok(new Stopped(await grains.GetGrain<IChannelGrain>(id).StopNowAsync()));

    public static async Task<Dialer.Channels.ChannelView?> FindAsync(IGrainFactory grains, long id) =>
        await grains.GetGrain<IChannelGrain>(id).GetAsync() is { Deleted: false } channel ? channel : null;

    public static IResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, "channel_not_found", "There is no such channel.");
}

/// <param name="Calls">How many calls were told to end.</param>
internal sealed record Stopped(int Calls);

/// <summary>A channel as it is shown.</summary>
/// <param name="Health">Null in lists.</param>
internal sealed record ChannelView(string Id, string Etag, ChannelBody Settings, ChannelHealth? Health)
{
    public static ChannelView Of(Dialer.Channels.ChannelView channel) => Of(channel.Id, channel.Settings, channel.Version, channel.Health);

    public static ChannelView Of(ChannelId id, ChannelSettings settings, int version, ChannelHealthView? health) => new(
        id.ToString(), Versions.TagOf(version), ChannelBody.Of(settings), health is null ? null : ChannelHealth.Of(health));
}

/// <summary>How a channel stands (P42).</summary>
/// <param name="Breaker">Closed = calls go out.</param>
/// <param name="Since">Since when the breaker is not closed.</param>
/// <param name="Evidence">What was seen, for people.</param>
internal sealed record ChannelHealth(BreakerState Breaker, DateTimeOffset? Since, string? Evidence, int LinesInUse, int Lines, string? ProbeFault)
{
    public static ChannelHealth Of(ChannelHealthView health) => new(
        health.Breaker, Instants.Of(health.Since), health.Evidence, health.LinesInUse, health.Lines, health.ProbeFault);
}
