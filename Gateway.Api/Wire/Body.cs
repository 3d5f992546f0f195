using System.Text.Json;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Wire;

/// <summary>A JSON body, or the answer that says where it cannot be read and how to mend it. Binds a parameter of an endpoint.</summary>
/// <param name="Value">Null if <paramref name="Fault"/> is not.</param>
internal sealed record Body<T>(T? Value, IResult? Fault)
    where T : class
{
    public static async ValueTask<Body<T>> BindAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasJsonContentType())
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
            return Bad(StatusCodes.Status400BadRequest, "invalid_json", Text(e), PointerOf(e.Path));
        }
        catch (BadHttpRequestException e)
        {
            return Bad(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "bad_request", e.Message, null);
        }
        catch (InvalidOperationException)
        {
            // an encoding that is not there, or a text that is none
            return Bad(StatusCodes.Status400BadRequest, "invalid_json", "The body has to be JSON in UTF-8.", null);
        }
    }

    private static Body<T> Bad(int status, string code, string detail, string? pointer) =>
        new(null, Problem.Of(status, code, detail, pointer is null ? null : [new ProblemError(pointer, code, detail)]));

    private static string Text(JsonException e)
    {
        // the reader's own words name types of ours and places in bytes; ours from the converters do not
        var place = e.Path is { Length: > 1 } path ? $" at {PointerOf(path)}" : "";
        var line = e.LineNumber is { } number ? $" (line {number + 1})" : "";
        var own = e.InnerException is null && !e.Message.Contains("System.", StringComparison.Ordinal) && !e.Message.Contains("Dialer.", StringComparison.Ordinal)
            ? e.Message.Split(" Path: ")[0].TrimEnd('.')
            : "a value of another type is expected";
        return $"The body cannot be read{place}{line}: {own}.";
    }

    private static string? PointerOf(string? path) => path is null or "$"
        ? null
        : path.Replace("$", "", StringComparison.Ordinal).Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Replace("'", "", StringComparison.Ordinal).Replace('.', '/').Replace("//", "/", StringComparison.Ordinal);
}
