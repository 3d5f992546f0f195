using System.Text.Json;

namespace Dialer.Gateway.CallsApi;

/// <summary>How large a number's payload may be: as a row of a list, and shallow enough to be shown within every page and report.</summary>
internal static class PayloadLimits
{
    /// <summary>In UTF-8, as it was sent.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Objects and arrays within each other, the payload itself being the first.</summary>
    public const int MaxDepth = 20;

    /// <summary>Why a payload is not taken; null = it is.</summary>
    public static string? Refuse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            return $"payload has {json.Length} bytes; {MaxBytes} are taken. Send what the call needs, and keep the rest under an id.";
        }

        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaxDepth)
            {
                return $"payload is nested more than {MaxDepth} deep; flatten it.";
            }
        }

        return null;
    }
}
