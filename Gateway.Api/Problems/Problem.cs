using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace Dialer.Gateway.Problems;

/// <summary>
/// Refusals on the wire: <c>application/problem+json</c> (RFC 9457) with a stable <c>code</c>, and <c>errors</c> that point into the
/// request.
/// </summary>
internal static class Problem
{
    public const string ContentType = "application/problem+json";

    public static IResult Of(int status, string code, string detail, IReadOnlyList<ProblemError>? errors = null, IReadOnlyList<string>? allowedActions = null) =>
        Results.Json(DetailsOf(status, code, detail, errors, allowedActions), Json, ContentType, status);

    /// <summary>What the engine refused. Several reasons stand under <c>errors</c>, the first speaks for all.</summary>
    public static IResult Of(IReadOnlyList<Refusal> refusals)
    {
        var first = refusals[0];
        return Of(
            first.AllowedActions is null ? StatusOf(first.Code) : StatusCodes.Status409Conflict,
            first.Code,
            first.Text,
            refusals.Count > 1 || first.Field is not null ? [.. refusals.Select(r => new ProblemError(PointerOf(r.Field), r.Code, r.Text))] : null,
            first.AllowedActions);
    }

    public static async Task WriteAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(DetailsOf(status, code, detail, null, null), Json, ContentType, context.RequestAborted);
    }

    private static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    private static ProblemDetails DetailsOf(int status, string code, string detail, IReadOnlyList<ProblemError>? errors, IReadOnlyList<string>? allowedActions)
    {
        var details = new ProblemDetails { Status = status, Title = TitleOf(status), Detail = detail, Type = $"urn:dialer:problem:{code}" };
        details.Extensions["code"] = code;
        if (Activity.Current is { } activity)
        {
            details.Extensions["traceId"] = activity.TraceId.ToString();
        }

        if (errors is not null)
        {
            details.Extensions["errors"] = errors;
        }

        if (allowedActions is not null)
        {
            details.Extensions["allowedActions"] = allowedActions;
        }

        return details;
    }

    private static string TitleOf(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);

    /// <summary>A rule that the request breaks is 422; what only the present state forbids is 409.</summary>
    private static int StatusOf(string code) => code switch
    {
        _ when code.EndsWith("_not_found", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        "version_conflict" => StatusCodes.Status412PreconditionFailed,
        _ when Conflicts.Contains(code) => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static readonly HashSet<string> Conflicts = new(StringComparer.Ordinal)
    {
        "illegal_transition", "campaign_state", "campaign_blocked", "blocked", "list_in_use", "channel_in_use", "calls_live", "not_editable", "import_over", "too_many_webhooks",
        "mail_not_configured",
    };

    /// <summary><c>a.b</c> and <c>[3].phone</c> as JSON pointers (RFC 6901).</summary>
    private static string? PointerOf(string? field) => field is null
        ? null
        : "/" + field.Replace('.', '/').Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).TrimStart('/');
}

/// <summary>One fault of a request.</summary>
/// <param name="Pointer">Where, as a JSON pointer or the name of a parameter; null = the request as a whole.</param>
/// <param name="Code">Stable, in snake_case.</param>
/// <param name="Detail">What is wrong and how to mend it.</param>
internal sealed record ProblemError(string? Pointer, string Code, string Detail);
