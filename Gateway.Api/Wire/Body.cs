using System.Text.Json;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Wire;

/// <summary>A JSON body, or the answer that says where it cannot be read and how to mend it. Binds a parameter of an endpoint.</summary>
/// <param name="Value">Null if <paramref name="Fault"/> is not.</param>
internal sealed record Body<T>(T? Value, IResult? Fault)
    where T : class
{
    private const string MergePatchType = "application/merge-patch+json";

    public static async ValueTask<Body<T>> BindAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasJsonContentType() && request.ContentType?.StartsWith(MergePatchType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return Bad(StatusCodes.Status415UnsupportedMediaType, "media_type", "The body has to be JSON: Content-Type: application/json.", null);
        }

        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, WireJson.Options, context.RequestAborted) is { } value
                ? new Body<T>(value, null)
                : Bad(StatusCodes.Status400BadRequest, "invalid_json", "The body has to be a JSON object.", null);
        }
        catch (JsonException e)
        {
            return Bad(StatusCodes.Status400BadRequest, "invalid_json", JsonFaults.Text(e), JsonFaults.PointerOf(e.Path));
        }
        catch (BadHttpRequestException e)
        {
            return Bad(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "bad_request", e.Message, null);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // text that is none, or a member that stands twice
            return Bad(StatusCodes.Status400BadRequest, "invalid_json", "The body has to be JSON in UTF-8, each member of an object once.", null);
        }
    }

    private static Body<T> Bad(int status, string code, string detail, string? pointer) =>
        new(null, Problem.Of(status, code, detail, pointer is null ? null : [new ProblemError(pointer, code, detail)]));
}
