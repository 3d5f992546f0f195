using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dialer.Gateway.Wire;

/// <summary>JSON of the management API: camelCase, enums by name, instants with an offset, unknown members ignored.</summary>
internal static class WireJson
{
    /// <summary>Of what is sent to us.</summary>
    public const int MaxDepth = 32;

    /// <summary>Of what we answer: stored JSON, which is parsed to a depth of 64, with pages around it.</summary>
    public const int MaxAnswerDepth = 128;

    /// <summary>What bodies are read with. The description and answers go by <see cref="Configure"/> alone, whose enums the framework can describe.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        // the first one that fits is taken
        Converters = { new OneNames() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OneNames.OfMembers } },
    });

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.MaxDepth = MaxDepth;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new OffsetInstantConverter());
        return options;
    }

    /// <summary>RFC 3339 with an offset: an instant without one would be of whoever reads it.</summary>
    private sealed class OffsetInstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Instants.TryRead(reader.GetString()!, out var instant)
                ? instant
                : throw new JsonException("an instant with an offset is expected, for example 2026-05-01T09:00:00+03:00");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Instants.Text(value));
    }
}
