using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dialer.Calendars;

/// <summary>
/// <c>{"mon":{"from":"09:00","to":"18:00"},…}</c>; a day with several windows is an array of such objects.
/// A day that is left out has no calls.
/// </summary>
public sealed class WeeklyHoursJson : JsonConverter<WeeklyHours>
{
    public override WeeklyHours Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("calling hours are an object with the days mon … sun");
        }

        var days = new IReadOnlyList<MinuteRange>[7];
        Array.Fill(days, []);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var day = Array.IndexOf([.. WeeklyHours.DayNames], property.Name);
            if (day < 0)
            {
                throw new JsonException($"'{property.Name}' is not a day; use mon tue wed thu fri sat sun");
            }

            days[day] = property.Value.ValueKind == JsonValueKind.Array
                ? [.. property.Value.EnumerateArray().Select(w => Window(w, property.Name))]
                : [Window(property.Value, property.Name)];
        }

        return Build(days);
    }

    public override void Write(Utf8JsonWriter writer, WeeklyHours value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        for (var day = 0; day < 7; day++)
        {
            WriteDay(writer, WeeklyHours.DayNames[day], value.Days[day]);
        }

        writer.WriteEndObject();
    }

    private static void WriteDay(Utf8JsonWriter writer, string name, IReadOnlyList<MinuteRange> windows)
    {
        if (windows.Count == 0)
        {
            return;
        }

        writer.WritePropertyName(name);
        if (windows.Count > 1)
        {
            writer.WriteStartArray();
        }

        foreach (var window in windows)
        {
            writer.WriteStartObject();
            writer.WriteString("from", MinuteRange.Format(window.From));
            writer.WriteString("to", MinuteRange.Format(window.To));
            writer.WriteEndObject();
        }

        if (windows.Count > 1)
        {
            writer.WriteEndArray();
        }
    }

    private static MinuteRange Window(JsonElement element, string day)
    {
        if (element.ValueKind == JsonValueKind.Object
            && Minute(element, "from", false, out var from)
            && Minute(element, "to", true, out var to))
        {
            return new MinuteRange(from, to);
        }

        throw new JsonException($"{day}: a window is {{\"from\":\"HH:MM\",\"to\":\"HH:MM\"}}, 00:00 to 24:00");
    }

    private static bool Minute(JsonElement element, string name, bool allowMidnightEnd, out short minute)
    {
        minute = 0;
        return element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            && MinuteRange.TryParseMinute(value.GetString(), allowMidnightEnd, out minute);
    }

    private static WeeklyHours Build(IReadOnlyList<MinuteRange>[] days)
    {
        try
        {
            return new WeeklyHours(days);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
