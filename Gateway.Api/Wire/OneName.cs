using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dialer.Gateway.Wire;

/// <summary>
/// Reads an enum by exactly one of its names. The framework's converter takes a list with commas and joins the values: two small roles
/// would make a great one.
/// </summary>
/// <param name="names">Writes the names, in whichever casing.</param>
internal sealed class OneName<T>(JsonConverter<T> names) : JsonConverter<T>
    where T : struct, Enum
{
    private readonly Dictionary<string, T> values = Enum.GetValues<T>().Distinct()
        .ToDictionary(v => NameOf(names, v), StringComparer.OrdinalIgnoreCase);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && values.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new JsonException($"one of these is expected: {string.Join(", ", values.Keys)}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => names.Write(writer, value, options);

    private static string NameOf(JsonConverter<T> names, T value)
    {
        var written = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(written);
        names.Write(writer, value, JsonSerializerOptions.Default);
        writer.Flush();
        return JsonSerializer.Deserialize<string>(written.WrittenSpan)!;
    }
}

/// <summary>Puts <see cref="OneName{T}"/> around whatever else would read an enum.</summary>
internal sealed class OneNames : JsonConverterFactory
{
    private static readonly JsonStringEnumConverter Names = new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => Around(Names, typeToConvert, options);

    /// <summary>Members that name a converter of their own.</summary>
    public static void OfMembers(JsonTypeInfo type)
    {
        foreach (var member in type.Properties.Where(p => p is { PropertyType.IsEnum: true, CustomConverter: not null }))
        {
            member.CustomConverter = Around(member.CustomConverter!, member.PropertyType, type.Options);
        }
    }

    private static JsonConverter Around(JsonConverter converter, Type type, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(
        typeof(OneName<>).MakeGenericType(type),
        converter is JsonConverterFactory factory ? factory.CreateConverter(type, options) : converter)!;
}
