using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dialer.Silo.Storage;

/// <summary>How settings are kept in text columns: additive, enums by name, nulls left out.</summary>
internal static class SettingsJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // never WhenWritingDefault: a false or 0 that differs from its initial value would come back as that
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, Options) ?? throw new InvalidDataException($"stored {typeof(T).Name} is null");
}
