using System.Text.Json.Nodes;

namespace Dialer.Tests.Description;

/// <summary>What a client that was made from the one description would miss in the other.</summary>
internal static class BreakingChanges
{
    public static IReadOnlyList<string> Between(JsonNode before, JsonNode after) => [.. Operations(before, after), .. Schemas(before, after)];

    private static IEnumerable<string> Operations(JsonNode before, JsonNode after)
    {
        foreach (var (path, operations) in before["paths"]?.AsObject() ?? [])
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var name = $"{method.ToUpperInvariant()} {path}";
                if (after["paths"]?[path]?[method] is not { } now)
                {
                    yield return $"{name} is gone";
                    continue;
                }

                foreach (var (status, _) in operation!["responses"]?.AsObject() ?? [])
                {
                    if (now["responses"]?[status] is null)
                    {
                        yield return $"{name} answers {status} no more";
                    }
                }
            }
        }
    }

    private static IEnumerable<string> Schemas(JsonNode before, JsonNode after)
    {
        foreach (var (name, schema) in before["components"]?["schemas"]?.AsObject() ?? [])
        {
            if (after["components"]?["schemas"]?[name] is not { } now)
            {
                yield return $"{name} is gone";
                continue;
            }

            foreach (var (property, shape) in schema!["properties"]?.AsObject() ?? [])
            {
                if (now["properties"]?[property] is not { } shapeNow)
                {
                    yield return $"{name}.{property} is gone";
                }
                else if (!JsonNode.DeepEquals(shape!["type"], shapeNow["type"]))
                {
                    yield return $"{name}.{property} is of another type";
                }
            }

            var needed = schema["required"]?.AsArray().Select(r => (string?)r).ToHashSet() ?? [];
            foreach (var required in now["required"]?.AsArray().Select(r => (string?)r).Where(r => !needed.Contains(r)) ?? [])
            {
                yield return $"{name} needs {required}";
            }
        }
    }
}
