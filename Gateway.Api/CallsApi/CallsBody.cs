using System.Text.Json;

namespace Dialer.Gateway.CallsApi;

/// <summary>A JSON object as body.</summary>
internal static class CallsBody
{
    public static async Task<(JsonElement Body, IResult? Fault)> ReadAsync(HttpContext context)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, CallsJson.Options, context.RequestAborted);
            // names of members too: who looks one up reads them all
            return body.ValueKind != JsonValueKind.Object ? (default, CallsErrors.BadRequest("The body is a JSON object."))
                : JsonTexts.AreWhole(body, body.GetRawText()) ? (body, null)
                : (default, CallsErrors.BadRequest("The body has a text with half a letter in it (an escape such as \\ud800 alone)."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (default, CallsErrors.BadRequest("The body is a JSON object in UTF-8; it cannot be read."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (default, CallsErrors.TooLarge("The body is larger than this host takes; ask in several requests."));
        }
    }
}
