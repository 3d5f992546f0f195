using System.Text.Json;

namespace Dialer;

/// <summary>Texts of JSON from outside: an escape may name half a letter, of which no text can be made.</summary>
public static class JsonTexts
{
    /// <summary>A text; null = it is none, or has half a letter in it.</summary>
    public static string? Read(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether all texts within can be read.</summary>
    /// <param name="value">Anything.</param>
    /// <param name="raw">As it came: without such escapes nothing has to be looked at.</param>
    public static bool AreWhole(JsonElement value, string raw) =>
        !raw.Contains("\\ud", StringComparison.OrdinalIgnoreCase) || AreWhole(value);

    private static bool AreWhole(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Read(value) is not null,
        JsonValueKind.Array => value.EnumerateArray().All(AreWhole),
        JsonValueKind.Object => AreMembersWhole(value),
        _ => true,
    };

    private static bool AreMembersWhole(JsonElement value)
    {
        try
        {
            return value.EnumerateObject().All(m => m.Name.Length >= 0 && AreWhole(m.Value));
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
