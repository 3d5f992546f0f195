using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dialer.Bots;

/// <summary>The tag that a report shows: of several the one said last (calls-api §1.9).</summary>
/// <param name="Name">The tag.</param>
/// <param name="Payload">An object where the bot passed one, also as its text; else the text; null = none.</param>
public sealed record CallTag(string Name, JsonNode? Payload)
{
    /// <summary>The last of a try's tags; null = it has none.</summary>
    public static CallTag? LastOf(string? tagsJson)
    {
        if (tagsJson is null || JsonNode.Parse(tagsJson) is not JsonObject { Count: > 0 } tags)
        {
            return null;
        }

        var (name, value) = tags.Last();
        return new CallTag(name, PayloadOf((value as JsonObject)?["tagPayload"]));
    }

    private static JsonNode? PayloadOf(JsonNode? given)
    {
        if (given is not JsonValue value || !value.TryGetValue<string>(out var text) || !text.StartsWith('{'))
        {
            return given?.DeepClone();
        }

        try
        {
            return JsonNode.Parse(text) is JsonObject payload ? payload : given.DeepClone();
        }
        catch (JsonException)
        {
            return given.DeepClone();
        }
    }
}
