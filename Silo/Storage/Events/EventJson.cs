using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dialer.Silo.Storage.Events;

/// <summary>How the data of events is written: as the management API writes, nulls left out.</summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // read by programs, never put into a page as it is
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new InstantConverter() },
    };

    public static string Write<T>(T data) => JsonSerializer.Serialize(data, Options);

    private sealed class InstantConverter : JsonConverter<UnixTime>
    {
        public override UnixTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            UnixTime.From(reader.GetDateTimeOffset());

        public override void Write(Utf8JsonWriter writer, UnixTime value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
