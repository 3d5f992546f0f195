using System.Globalization;
using Dialer.Access;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Access;

/// <summary><c>GET /api/v1/audit</c>: who changed what (P52).</summary>
internal static class AuditEndpoint
{
    public static void MapAudit(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/audit", ListAsync)
        .WithName("listAudit").WithTags("Access").WithSummary("Changes, newest first.")
        .Produces<Page<AuditView>>().ProducesProblem(StatusCodes.Status400BadRequest)
        .RequireAuthorization(AccessNames.Admin);

    private static async Task<IResult> ListAsync(IAuditLog log, Paging paging)
    {
        if (paging.Fault is { } fault)
        {
            return fault;
        }

        var entries = await log.ReadAsync(paging.After ?? 0, paging.Limit);
        return Results.Ok(Page.Of(entries, paging, e => e.Id, e => new AuditView(
            e.Id.ToString(CultureInfo.InvariantCulture), e.At.ToDateTimeOffset(), e.Actor, e.Action, e.Target, e.Status == 0 ? null : e.Status, e.ActorId.Length == 0 ? null : e.ActorId)));
    }
}

/// <param name="Actor">Name of the key or person; names may repeat.</param>
/// <param name="Target">Id of what was changed; phones stand as a hash.</param>
/// <param name="Status">HTTP status of the answer; null = the process ended before it was known.</param>
/// <param name="ActorId">Id of the key, or <c>oidc:</c> and the person's subject; null = by a campaign's token, or at the terminal.</param>
internal sealed record AuditView(string Id, DateTimeOffset At, string Actor, string Action, string Target, int? Status, string? ActorId = null);
