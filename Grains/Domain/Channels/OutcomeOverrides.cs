using System.Globalization;
using Dialer.Calls;

namespace Dialer.Domain.Channels;

/// <summary>A trunk's own meaning of final responses (P40), as its settings write it: <c>603=technical,480=busy</c>.</summary>
public static class OutcomeOverrides
{
    private static readonly Dictionary<string, CallClass> Classes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["busy"] = CallClass.Busy,
        ["noAnswer"] = CallClass.NoAnswer,
        ["unreachable"] = CallClass.Unreachable,
        ["rejected"] = CallClass.Rejected,
        ["nonexistent"] = CallClass.Nonexistent,
        ["technical"] = CallClass.Technical,
    };

    public static bool TryParse(string? text, out IReadOnlyDictionary<int, CallClass> overrides, out string fault)
    {
        var found = new Dictionary<int, CallClass>();
        (overrides, fault) = (found, "");
        foreach (var part in text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length != 2
                || !int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                || status is < 300 or > 699
                || !Classes.TryGetValue(sides[1], out var callClass)
                || !found.TryAdd(status, callClass))
            {
                fault = $"'{part}' is no outcome: write a response from 300 to 699, once, and one of {string.Join(", ", Classes.Keys)}, for example 603=technical.";
                return false;
            }
        }

        return true;
    }
}
