using System.Text.Json;

namespace Dialer.Gateway.Wire;

/// <summary>What is wrong with JSON, in words of whoever sent it: the reader's own name types of ours.</summary>
internal static class JsonFaults
{
    public static string Text(JsonException? e)
    {
        if (e is null)
        {
            return "The body cannot be read: it has to be a JSON object in UTF-8.";
        }

        var place = e.Path is { Length: > 1 } path ? $" at {PointerOf(path)}" : "";
        var line = e.LineNumber is { } number ? $" (line {number + 1})" : "";
        return $"The body cannot be read{place}{line}: {Cause(e)}.";
    }

    /// <summary>A path of the reader as a JSON pointer; null = the whole.</summary>
    public static string? PointerOf(string? path) => path is null or "$"
        ? null
        : path.Replace("$", "", StringComparison.Ordinal).Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Replace("'", "", StringComparison.Ordinal).Replace('.', '/').Replace("//", "/", StringComparison.Ordinal);

    private static string Cause(JsonException e)
    {
        var text = e.Message.Split(" Path: ")[0].TrimEnd('.');
        if (text.Contains("missing required properties", StringComparison.Ordinal))
        {
            return "it misses " + text[(text.LastIndexOf(':') + 1)..].Trim();
        }

        return e.InnerException is null && !text.Contains("System.", StringComparison.Ordinal) && !text.Contains("Dialer.", StringComparison.Ordinal)
            ? text
            : "a value of another kind is expected";
    }
}
