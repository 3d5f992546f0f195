using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dialer.Gateway.CallsApi;

/// <summary>JSON of the Calls API: nulls are written, letters of any language as they are, instants as Unix milliseconds.</summary>
internal static class CallsJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = Wire.WireJson.MaxDepth,
    };

    /// <summary>For answers: stored payloads and report data stand within them.</summary>
    private static JsonSerializerOptions Answers { get; } = new(Options) { MaxDepth = Wire.WireJson.MaxAnswerDepth };

    public static IResult Ok<T>(T value) => Results.Json(value, Answers);
}
