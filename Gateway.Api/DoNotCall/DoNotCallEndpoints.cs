using Dialer.DoNotCall;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Numbers;
using Dialer.Privacy;

namespace Dialer.Gateway.DoNotCall;

/// <summary><c>/api/v1/do-not-call</c> (P38) and <c>/api/v1/erase</c> (P57).</summary>
internal static class DoNotCallEndpoints
{
    private const string Path = "/api/v1/do-not-call";
    private const int MaxReasonLength = 200;

    public static IServiceCollection AddDoNotCall(this IServiceCollection services)
    {
        services.AddSingleton<EndedJobs>();
        return services.AddHostedService(s => s.GetRequiredService<EndedJobs>());
    }

    public static void MapDoNotCall(this IEndpointRouteBuilder routes)
    {
        var list = routes.MapGroup(Path).WithTags("Do-not-call");
        list.MapGet("", ListAsync).WithName("listDoNotCall").WithSummary("Numbers that nobody calls, in their order.").Produces<Page<DoNotCallView>>().ProducesProblem(400);
        list.MapGet("/{phone}", GetAsync).WithName("getDoNotCall").WithSummary("Whether a number is on the list.").Produces<DoNotCallView>().ProducesProblem(400).ProducesProblem(404);
        list.MapPut("/{phone}", PutAsync).WithName("putDoNotCall").WithSummary("Enters a number: it is not called from this moment on, and its jobs end everywhere.")
            .Accepts<DoNotCallBody>("application/json").Produces<DoNotCallView>().ProducesProblem(400)
            .RequireAuthorization(AccessNames.Operator).Audited("do-not-call.put", "phone", isPhone: true).Idempotent();
        list.MapDelete("/{phone}", DeleteAsync).WithName("deleteDoNotCall").WithSummary("Takes a number off the list; jobs that ended stay ended.")
            .Produces(204).ProducesProblem(400).ProducesProblem(404)
            .RequireAuthorization(AccessNames.Admin).Audited("do-not-call.delete", "phone", isPhone: true);
        list.MapPost("", AddAsync).WithName("addDoNotCall")
            .WithSummary("Enters numbers of a CSV, the first column of each row: all of them or none. None is called from the answer on; their jobs end soon after it.")
            .Accepts<string>("text/csv", "text/plain").Produces<AddedToList>().ProducesProblem(400).ProducesProblem(413).ProducesProblem(422)
            .RequireAuthorization(AccessNames.Operator).Audited("do-not-call.add", target: null).Idempotent().WithMaxBody(DoNotCallFile.MaxBytes);
        routes.MapPost("/api/v1/erase", EraseAsync).WithName("erasePhone").WithTags("Do-not-call")
            .WithSummary("Erases a phone everywhere: jobs that wait end, and its data goes once none of its calls is live. Do-not-call keeps it.")
            .Accepts<EraseBody>("application/json").Produces(202).ProducesProblem(400)
            .RequireAuthorization(AccessNames.Admin).Audited("erase", target: null).Idempotent();
    }

    private static async Task<IResult> ListAsync(IDoNotCallStore store, Paging paging) => paging.Fault ?? Results.Ok(Page.Of(
        await store.ListAsync(new PhoneNumber(paging.After ?? 0), paging.Limit), paging, e => e.Phone.Value, DoNotCallView.Of));

    private static async Task<IResult> GetAsync(string phone, INumberReader numbers, IDoNotCallStore store)
    {
        var read = numbers.Read(phone, null);
        return !read.IsDone ? Problem.Of(400, "phone_bad_format", read.Refusal.Text)
            : await store.FindAsync(read.Value.Phone) is { } entry ? Results.Ok(DoNotCallView.Of(entry))
            : Problem.Of(404, "phone_not_found", "The number is not on the list.");
    }

    private static async Task<IResult> PutAsync(
        string phone, HttpContext context, INumberReader numbers, IDoNotCallStore store, EndedJobs ending, TimeProvider clock)
    {
        var read = numbers.Read(phone, null);
        if (!read.IsDone)
        {
            return Problem.Of(400, "phone_bad_format", read.Refusal.Text);
        }

        var (reason, fault) = await ReasonAsync(context);
        if (fault is not null)
        {
            return fault;
        }

        await store.AddAsync([read.Value.Phone], reason, "api", context.User.Actor(), clock.Now());
        ending.Begin([read.Value.Phone]);
        return Results.Ok(DoNotCallView.Of((await store.FindAsync(read.Value.Phone))!));
    }

    private static async Task<IResult> DeleteAsync(string phone, INumberReader numbers, IDoNotCallStore store)
    {
        var read = numbers.Read(phone, null);
        return !read.IsDone ? Problem.Of(400, "phone_bad_format", read.Refusal.Text)
            : await store.RemoveAsync(read.Value.Phone) ? Results.NoContent()
            : Problem.Of(404, "phone_not_found", "The number is not on the list.");
    }

    private static async Task<IResult> AddAsync(HttpContext context, INumberReader numbers, IDoNotCallStore store, EndedJobs ending, TimeProvider clock)
    {
        var (phones, refusals) = await DoNotCallFile.ReadAsync(context.Request.Body, numbers, context.RequestAborted);
        if (refusals.Count > 0)
        {
            return Problem.Of(refusals);
        }

        PhoneNumber[] entered = [.. phones.Distinct()];
        var added = await store.AddAsync(entered, "", "file", context.User.Actor(), clock.Now());
        ending.Begin(entered);
        return Results.Ok(new AddedToList(added, phones.Count));
    }

    private static async Task<IResult> EraseAsync(Body<EraseBody> body, HttpContext context, INumberReader numbers, IErasure erasure)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        var read = numbers.Read(asked.Phone, null);
        if (!read.IsDone)
        {
            return Problem.Of(400, "phone_bad_format", read.Refusal.Text, [new ProblemError("/phone", "phone_bad_format", read.Refusal.Text)]);
        }

        context.AuditTarget(Audit.HashOf(read.Value.Phone));
        await erasure.RequestAsync(read.Value.Phone);
        return Results.Accepted();
    }

    private static async Task<(string Reason, IResult? Fault)> ReasonAsync(HttpContext context)
    {
        if (await BodyPresence.IsAbsentAsync(context))
        {
            return ("", null);
        }

        var body = await Body<DoNotCallBody>.BindAsync(context);
        var reason = body.Value?.Reason?.Trim() ?? "";
        var refused = reason.Length > MaxReasonLength
            ? new Refusal("invalid_setting", $"A reason has at most {MaxReasonLength} characters.", Field: "reason")
            : PlainTexts.Refuse(reason, "reason");
        return refused is null ? (reason, body.Fault) : ("", Problem.Of([refused]));
    }
}

/// <param name="Reason">Why, for people.</param>
internal sealed record DoNotCallBody(string? Reason = null);

internal sealed record EraseBody(string Phone);

/// <param name="Added">How many are new on the list.</param>
/// <param name="Read">Rows of the file.</param>
internal sealed record AddedToList(int Added, int Read);

/// <summary>A number on the list.</summary>
/// <param name="Source">How it came: api, file, bot.</param>
internal sealed record DoNotCallView(string Phone, string Reason, string Source, DateTimeOffset AddedAt, string AddedBy)
{
    public static DoNotCallView Of(DoNotCallEntry entry) => new(entry.Phone.Digits, entry.Reason, entry.Source, entry.AddedAt.ToDateTimeOffset(), entry.AddedBy);
}
