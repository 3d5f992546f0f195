using System.Globalization;
using Dialer.Calls;

namespace Dialer.Domain.Channels;

/// <summary>What a response of a trunk means (P40).</summary>
/// <param name="Class">What became of the call.</param>
/// <param name="IsNoFunds">The account is empty: campaigns pause (P46).</param>
public readonly record struct TrunkMeaning(CallClass Class, bool IsNoFunds = false);

/// <summary>A trunk's own meaning of final responses (P40), as its settings write it: <c>603=technical,480=busy</c>.</summary>
public static class OutcomeOverrides
{
    private static readonly Dictionary<string, TrunkMeaning> Meanings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["busy"] = new(CallClass.Busy),
        ["noAnswer"] = new(CallClass.NoAnswer),
        ["unreachable"] = new(CallClass.Unreachable),
        ["rejected"] = new(CallClass.Rejected),
        ["nonexistent"] = new(CallClass.Nonexistent),
        ["technical"] = new(CallClass.Technical),
        ["noFunds"] = new(CallClass.Technical, IsNoFunds: true),
    };

    public static bool TryParse(string? text, out IReadOnlyDictionary<int, TrunkMeaning> overrides, out string fault)
    {
        var found = new Dictionary<int, TrunkMeaning>();
        (overrides, fault) = (found, "");
        foreach (var part in text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length != 2
                || !int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                || status is < 300 or > 699
                || !Meanings.TryGetValue(sides[1], out var meaning)
                || !found.TryAdd(status, meaning))
            {
                fault = $"'{part}' is no outcome: write a response from 300 to 699, once, and one of {string.Join(", ", Meanings.Keys)}, for example 603=technical.";
                return false;
            }
        }

        return true;
    }
}
