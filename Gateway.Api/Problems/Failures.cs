using Dialer.Gateway.Commands;
using Microsoft.AspNetCore.Http.Features;

namespace Dialer.Gateway.Problems;

/// <summary>What escapes an endpoint: an outage is a 503 that says to ask again, a bad request its own status, what the database refuses a 400 or 409, a bug a 500 without its insides.</summary>
internal static partial class Failures
{
    private const int RetryAfterSeconds = 2;

    /// <summary>SQLSTATE character_not_in_repertoire and untranslatable_character.</summary>
    private const string NoCharacter = "22021";
    private const string NoJsonCharacter = "22P05";

    public static IApplicationBuilder UseFailures(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // whoever asked is gone
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await AnswerAsync(context, e);
        }
    });

    /// <summary>Statuses that the framework gives by itself get a body too.</summary>
    public static IApplicationBuilder UseBareStatuses(this IApplicationBuilder app) => app.UseStatusCodePages(async pages =>
    {
        var context = pages.HttpContext;
        var (code, detail) = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("not_found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", $"This address takes {context.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => ("media_type", "Send a body of a type that the description of this operation names."),
            StatusCodes.Status413PayloadTooLarge => ("too_large", "The body is larger than this operation takes."),
            var status => ($"status_{status}", "The request cannot be served."),
        };
        await Problem.WriteAsync(context, context.Response.StatusCode, code, detail);
    });

    private static Task AnswerAsync(HttpContext context, Exception e)
    {
        if (e is BadHttpRequestException bad)
        {
            return Problem.WriteAsync(context, bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "bad_request", bad.Message);
        }

        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Failures));
        if (Outages.RefusedState(e) is { } state)
        {
            LogRefused(log, context.GetEndpoint()?.DisplayName, state, e);
            return state switch
            {
                NoCharacter or NoJsonCharacter => Problem.WriteAsync(
                    context, StatusCodes.Status400BadRequest, "invalid_text", "A text has a character that cannot be stored, such as U+0000; leave it out."),
                ['2', '2', ..] => Problem.WriteAsync(
                    context, StatusCodes.Status400BadRequest, "invalid_value", "A value of the request cannot be stored; the log says which, under this traceId."),
                _ => Problem.WriteAsync(
                    context, StatusCodes.Status409Conflict, "conflict", "What is asked contradicts what is stored; the log says how, under this traceId."),
            };
        }

        if (Outages.IsStore(e))
        {
            LogOutage(log, context.GetEndpoint()?.DisplayName, Outages.Text(e));
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "unavailable", "The dialer cannot do it right now; ask again.");
        }

        LogFailed(log, context.GetEndpoint()?.DisplayName, e);
        return Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, "internal", "Something unexpected happened; the log says what, under this traceId.");
    }

    /// <summary>The largest body that an endpoint takes, before anything reads it.</summary>
    public static TBuilder WithMaxBody<TBuilder>(this TBuilder builder, long? bytes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new MaxBody(bytes));

    internal sealed class MaxBody(long? bytes) : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => bytes;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} cannot be served: {Cause}")]
    private static partial void LogOutage(ILogger log, string? endpoint, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Endpoint} let something pass that the database refused: {SqlState}")]
    private static partial void LogRefused(ILogger log, string? endpoint, string sqlState, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Endpoint} failed")]
    private static partial void LogFailed(ILogger log, string? endpoint, Exception e);
}
