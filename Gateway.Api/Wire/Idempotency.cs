using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Dialer.Gateway.Problems;
using Dialer.Intake;

namespace Dialer.Gateway.Wire;

/// <summary>An endpoint that honours <c>Idempotency-Key</c>.</summary>
/// <param name="HashesBody">False where a body may be of any size: the endpoint reads it once and asks <see cref="IdempotentRequest.SettleAsync"/>.</param>
/// <param name="IsSecret">The answer holds what is told once: it is not kept, and a repeat is told so.</param>
internal sealed record IdempotentAttribute(bool HashesBody, bool IsSecret);

/// <summary>
/// <c>Idempotency-Key</c> on requests that make something or act (P48): the same key and body within a day get the first answer again;
/// another body is refused. A request that ended without an answer (an outage, a crash) may have been done: its repeat goes on with it,
/// under the id that the first one reserved. Only a refusal frees the key.
/// </summary>
internal static partial class Idempotency
{
    public const string Header = "Idempotency-Key";
    public const int MaxKeyLength = 200;

    /// <summary>A request that has had no answer for so long has lost its process.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(1);

    public static TBuilder Idempotent<TBuilder>(this TBuilder builder, bool hashesBody = true, bool isSecret = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new IdempotentAttribute(hashesBody, isSecret));

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

        var services = context.RequestServices;
        var book = services.GetRequiredService<IRequestBook>();
        var key = new IntakeKey($"api/{context.User.FindFirstValue(ClaimTypes.NameIdentifier)}/{context.Request.Method} {context.Request.Path}", given);
        var hash = idempotent.HashesBody ? await HashAsync(context.Request) : "";
        var claim = await book.ClaimAsync(key, hash, await services.GetRequiredService<INewIds>().NextAsync(), services.GetRequiredService<TimeProvider>().Now(), Lost);
        var request = new IdempotentRequest(book, key, claim);
        if (RepeatOf(request, hash, idempotent) is { } repeat)
        {
            await repeat.ExecuteAsync(context);
            return;
        }

        context.Features.Set(request);
        await ServeAsync(context, next, request, idempotent);
    });

    /// <summary>Null: it is to be served.</summary>
    private static IResult? RepeatOf(IdempotentRequest request, string hash, IdempotentAttribute idempotent) =>
        idempotent.HashesBody && request.Claim.Hash != hash ? IdempotentRequest.Reused
        : request.Claim.Claim == RequestClaim.Busy
            ? Problem.Of(StatusCodes.Status409Conflict, "idempotency_in_progress", "The first request with this key is still being served; ask again.")
        : idempotent.HashesBody && request.Claim.Answer is { } answer ? KeptAnswer.Read(answer)
        : null;

    private static async Task ServeAsync(HttpContext context, RequestDelegate next, IdempotentRequest request, IdempotentAttribute idempotent)
    {
        var body = context.Response.Body;
        using var written = new MemoryStream();
        context.Response.Body = written;
        try
        {
            await next(context);
        }
        catch
        {
            // it may have been done: the key stands for it until its day is over
            await TryAsync(context, request.ReleaseAsync);
            throw;
        }
        finally
        {
            context.Response.Body = body;
        }

        await TryAsync(context, () => SettleAsync(context.Response, written, request, idempotent));
        written.Position = 0;
        await written.CopyToAsync(body, context.RequestAborted);
    }

    private static Task SettleAsync(HttpResponse response, MemoryStream written, IdempotentRequest request, IdempotentAttribute idempotent) => response.StatusCode switch
    {
        _ when request.Claim.Claim == RequestClaim.Answered => Task.CompletedTask,
        >= 200 and < 300 => request.KeepAsync(KeptAnswer.Of(response, idempotent.IsSecret ? null : written)),
        // a refusal is no answer for good: mended, it may be asked again; of a repeat nobody knows what the first one did
        < 500 when request.Claim.Claim == RequestClaim.New => request.ForgetAsync(),
        _ => request.ReleaseAsync(),
    };

    /// <summary>What was done is done, whether or not the book can be written: whoever repeats it waits until the key counts as lost.</summary>
    private static async Task TryAsync(HttpContext context, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Idempotency));
            LogNotKept(log, context.GetEndpoint()?.DisplayName, e.Message);
        }
    }

    private static async Task<string> HashAsync(HttpRequest request)
    {
        request.EnableBuffering();
        var hash = await SHA256.HashDataAsync(request.Body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer of {Endpoint} could not be kept under its key of idempotence: {Cause}")]
    private static partial void LogNotKept(ILogger log, string? endpoint, string cause);
}

/// <summary>An answer as the book keeps it.</summary>
/// <param name="Body">In base64; null = it held a secret and is not kept.</param>
internal sealed record KeptAnswer(int Status, string? ContentType, string? Location, string? ETag, string? Body) : IResult
{
    public static string Of(HttpResponse response, MemoryStream? body) => JsonSerializer.Serialize(new KeptAnswer(
        response.StatusCode, response.ContentType, response.Headers.Location, response.Headers.ETag, body is null ? null : Convert.ToBase64String(body.ToArray())));

    public static IResult Read(string kept)
    {
        var answer = JsonSerializer.Deserialize<KeptAnswer>(kept)!;
        return answer.Body is null ? Withheld(answer.Location) : answer;
    }

    /// <summary>Done before, with an answer that is told once.</summary>
    public static IResult Withheld(string? address) => Problem.Of(
        StatusCodes.Status409Conflict,
        "idempotency_answer_not_kept",
        $"The first request with this {Idempotency.Header} was done. Its answer held a secret, which is shown once and kept nowhere"
        + (address is null ? "" : $"; what it made is at {address}")
        + ". If the secret is lost, take it back and ask anew with another key.");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.Location = Location;
        response.Headers.ETag = ETag;
        await response.Body.WriteAsync(Convert.FromBase64String(Body!), httpContext.RequestAborted);
    }
}
