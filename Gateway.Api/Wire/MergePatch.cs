using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dialer.Gateway.Wire;

/// <summary>JSON Merge Patch (RFC 7396): members replace, null removes, what is left out stays.</summary>
internal static class MergePatch
{
    /// <summary>A resource as it is, with a patch laid over it.</summary>
    /// <exception cref="JsonException">The patched resource cannot be read.</exception>
    public static T Apply<T>(T current, JsonObject patch)
        where T : class
    {
        var target = JsonSerializer.SerializeToNode(current, WireJson.Options)!.AsObject();
        Merge(target, patch);
        return target.Deserialize<T>(WireJson.Options)!;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && !IsWhole(name))
            {
                if (target[name] is not JsonObject existing)
                {
                    target[name] = existing = [];
                }

                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    /// <summary>Calling hours are one value: days that a patch leaves out are days without calls.</summary>
    private static bool IsWhole(string name) => name == "callingWindows";
}
