using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dialer.Bots;

/// <summary>JSON objects whose members are merged by key: report columns and tags (calls-api §3.5).</summary>
public static class MergedJson
{
    /// <summary>A merged object grows to so many characters; what came first stays, what does not fit is left out.</summary>
    public const int MaxLength = DialerData.MaxBytes;

    /// <summary>As it is stored: letters of every script as they are.</summary>
    internal static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="first">An object as text; null = none.</param>
    /// <param name="next">The later one: its members win.</param>
    /// <param name="maxMembers">New keys beyond so many are left out.</param>
    /// <param name="isLastAtEnd">A key that comes again moves to the end; else it keeps its place.</param>
    public static string? ByKey(string? first, string? next, int maxMembers, bool isLastAtEnd)
    {
        if (first is null || next is null)
        {
            return first ?? next;
        }

        var merged = JsonNode.Parse(first)!.AsObject();
        var length = first.Length;
        foreach (var (key, value) in JsonNode.Parse(next)!.AsObject().ToList())
        {
            var isKnown = merged.TryGetPropertyValue(key, out var old);
            var grown = length + LengthOf(key, value) - (isKnown ? LengthOf(key, old) : 0);
            if (grown > MaxLength || (!isKnown && merged.Count >= maxMembers))
            {
                continue;
            }

            if (isKnown && isLastAtEnd)
            {
                merged.Remove(key);
            }

            merged[key] = value?.DeepClone();
            length = grown;
        }

        return merged.ToJsonString(Options);
    }

    private static int LengthOf(string key, JsonNode? value) => key.Length + 4 + (value?.ToJsonString(Options).Length ?? 4);
}
