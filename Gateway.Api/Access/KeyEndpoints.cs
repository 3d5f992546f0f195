using System.Globalization;
using Dialer.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Access;

/// <summary><c>/api/v1/keys</c>: keys of this API. The key itself is told once, when it is made (P52).</summary>
internal static class KeyEndpoints
{
    private const int MaxNameLength = 100;

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api/v1/keys").WithTags("Access").RequireAuthorization(AccessNames.Admin);
        keys.MapGet("", async (IAccessStore store) => Results.Ok(new Page<KeyView>([.. (await store.ListAsync()).Select(KeyView.Of)], null)))
            .WithName("listKeys").WithSummary("Keys in force.").Produces<Page<KeyView>>();
        keys.MapPost("", CreateAsync).WithName("createKey").WithSummary("A new key. It is shown in this answer and never again.")
            .Accepts<NewKey>("application/json").Produces<MadeKey>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .Audited("key.create", target: null).Idempotent(isSecret: true);
        keys.MapDelete("/{id:long}", RevokeAsync).WithName("revokeKey").WithSummary("Ends a key, and whoever is signed in by it.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .Audited("key.revoke");
    }

    private static async Task<IResult> CreateAsync(Body<NewKey> body, HttpContext context, ApiKeys keys, IAccessStore store, INewIds ids)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        if (asked.Name.Trim() is not { Length: > 0 and <= MaxNameLength } name)
        {
            return Problem.Of([new Refusal("invalid_setting", $"A key's name has 1 to {MaxNameLength} characters.", Field: "name")]);
        }

        if (PlainTexts.Refuse(name, "name") is { } refused)
        {
            return Problem.Of([refused]);
        }

        var id = await context.NewIdAsync(ids);
        if (context.IsRepeat() && await store.FindAsync(id) is not null)
        {
            return KeptAnswer.Withheld(AddressOf(id));
        }

        var (key, text) = await keys.CreateAsync(name, asked.Role, context.User.Actor(), id);
        context.AuditTarget(key.Id.ToString(CultureInfo.InvariantCulture));
        return Results.Created(AddressOf(key.Id), new MadeKey(KeyView.Of(key), text));
    }

    private static string AddressOf(long id) => string.Create(CultureInfo.InvariantCulture, $"/api/v1/keys/{id}");

    private static async Task<IResult> RevokeAsync(long id, IAccessStore store, TimeProvider clock)
    {
        if (await store.RevokeAsync(id, clock.Now()))
        {
            return Results.NoContent();
        }

        return await store.FindAsync(id) is null
            ? Problem.Of(StatusCodes.Status404NotFound, "key_not_found", "There is no such key in force.")
            : Problem.Of(StatusCodes.Status409Conflict, "last_admin_key", "This is the last key of an administrator; make another one first.");
    }
}

/// <param name="Name">1–100 characters: who or what uses it.</param>
internal sealed record NewKey(string Name, AccessRole Role);

/// <param name="LastUsedAt">To the minute; null = never.</param>
internal sealed record KeyView(string Id, string Name, AccessRole Role, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? LastUsedAt)
{
    public static KeyView Of(ApiKey key) => new(
        key.Id.ToString(CultureInfo.InvariantCulture), key.Name, key.Role, key.CreatedAt.ToDateTimeOffset(), key.CreatedBy, Instants.Of(key.LastUsedAt));
}

/// <param name="Secret">The key: for the header <c>Authorization: Bearer …</c>. It is stored nowhere.</param>
internal sealed record MadeKey(KeyView Key, string Secret);
