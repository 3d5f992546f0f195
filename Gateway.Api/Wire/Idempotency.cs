using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Dialer.Gateway.Problems;
using Dialer.Intake;

namespace Dialer.Gateway.Wire;

/// <summary>An endpoint that honours <c>Idempotency-Key</c>.</summary>
/// <param name="HashesBody">False where a body may be of any size: then its length and type stand for it, and it is read once.</param>
internal sealed record IdempotentAttribute(bool HashesBody);

/// <summary>
/// <c>Idempotency-Key</c> on requests that make something: the same key and body within a day get the first answer again; another
/// body is refused. A request that is still being served is waited for by whoever repeats it; one whose process ended is done again.
/// </summary>
internal static class Idempotency
{
    private const string Header = "Idempotency-Key";
    private const int MaxKeyLength = 200;

    /// <summary>A request that has had no answer for so long has lost its process.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(1);

    public static TBuilder Idempotent<TBuilder>(this TBuilder builder, bool hashesBody = true)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new IdempotentAttribute(hashesBody));

    public static IApplicationBuilder UseIdempotency(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var given = context.Request.Headers[Header].ToString();
        if (given.Length == 0 || context.GetEndpoint()?.Metadata.GetMetadata<IdempotentAttribute>() is not { } idempotent)
        {
            await next(context);
            return;
        }

        if (given.Length > MaxKeyLength || given.Any(char.IsControl))
        {
            await Problem.WriteAsync(context, StatusCodes.Status400BadRequest, "bad_idempotency_key", $"{Header} has at most {MaxKeyLength} printable characters.");
            return;
        }

        var book = context.RequestServices.GetRequiredService<IAnswerBook>();
        var key = new IntakeKey($"api/{context.User.FindFirstValue(ClaimTypes.NameIdentifier)}/{context.Request.Method} {context.Request.Path}", given);
        var hash = idempotent.HashesBody ? await HashAsync(context.Request) : HashOf(context.Request);
        var now = context.RequestServices.GetRequiredService<TimeProvider>().Now();
        var known = await book.BeginAsync(key, now);
        if (known.Answer is { } stored)
        {
            await RepeatAsync(context, JsonSerializer.Deserialize<StoredAnswer>(stored)!, hash);
            return;
        }

        if (!known.IsNew && now - known.Since < Lost)
        {
            await Problem.WriteAsync(context, StatusCodes.Status409Conflict, "idempotency_in_progress", "The first request with this key is still being served; ask again.");
            return;
        }

        await ServeAsync(context, next, book, key, hash);
    });

    private static async Task ServeAsync(HttpContext context, RequestDelegate next, IAnswerBook book, IntakeKey key, string hash)
    {
        var body = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        try
        {
            await next(context);
        }
        catch
        {
            await book.ForgetAsync(key);
            throw;
        }
        finally
        {
            context.Response.Body = body;
        }

        // a refusal is no answer for good: mended, it may be asked again
        if (context.Response.StatusCode is >= 200 and < 300)
        {
            var headers = context.Response.Headers;
            await book.KeepAsync(key, JsonSerializer.Serialize(new StoredAnswer(
                hash, context.Response.StatusCode, context.Response.ContentType, headers.Location, headers.ETag, Convert.ToBase64String(kept.ToArray()))));
        }
        else
        {
            await book.ForgetAsync(key);
        }

        kept.Position = 0;
        await kept.CopyToAsync(body, context.RequestAborted);
    }

    private static async Task RepeatAsync(HttpContext context, StoredAnswer answer, string hash)
    {
        if (answer.Hash != hash)
        {
            await Problem.WriteAsync(context, StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another body; take a new one.");
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.Location = answer.Location;
        context.Response.Headers.ETag = answer.ETag;
        await context.Response.Body.WriteAsync(Convert.FromBase64String(answer.Body), context.RequestAborted);
    }

    private static async Task<string> HashAsync(HttpRequest request)
    {
        request.EnableBuffering();
        var hash = await SHA256.HashDataAsync(request.Body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    private static string HashOf(HttpRequest request) =>
        // the boundary of a form is another with each try
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
            $"{request.QueryString}\n{request.ContentLength}\n{request.ContentType?.Split(';')[0]}")));

    private sealed record StoredAnswer(string Hash, int Status, string? ContentType, string? Location, string? ETag, string Body);
}
