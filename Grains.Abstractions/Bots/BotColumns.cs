using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dialer.Bots;

/// <summary>Report columns and tags of a reply, cut to what reports show (calls-api §2.7, §3.5).</summary>
internal static partial class BotColumns
{
    /// <summary><c>{header:{value,order}}</c>; a bare value is one with order 0. A value is a text, a number or a truth value; anything else as its JSON.</summary>
    public static Refusal? ReadReportData(JsonElement value, out string? json)
    {
        json = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            return DialerData.Fault("reportData", "reportData is an object of headers, each with {\"value\":…,\"order\":0}.");
        }

        var columns = new JsonObject();
        foreach (var member in value.EnumerateObject())
        {
            var header = BotTexts.Cut(member.Name, DialerData.MaxHeader);
            if (string.IsNullOrWhiteSpace(header))
            {
                return DialerData.Fault("reportData", "reportData has a header without a name.");
            }

            if (CellOf(member.Value, header, out var cell) is { } fault)
            {
                return fault;
            }

            columns[header] = cell;
        }

        json = columns.Count == 0 ? null : columns.ToJsonString(MergedJson.Options);
        return columns.Count > DialerData.MaxColumns ? DialerData.Fault("reportData", $"reportData has at most {DialerData.MaxColumns} headers.") : null;
    }

    /// <summary><c>{tag:{tagPayload,tagColor}}</c>; a colour that is none is left out.</summary>
    public static Refusal? ReadTags(JsonElement value, out string? json)
    {
        json = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            return DialerData.Fault("callTags", "callTags is an object of tags, each with {\"tagPayload\":…,\"tagColor\":\"#rrggbb\"}.");
        }

        var tags = new JsonObject();
        foreach (var member in value.EnumerateObject())
        {
            var tag = BotTexts.Cut(member.Name, DialerData.MaxHeader);
            if (string.IsNullOrWhiteSpace(tag))
            {
                return DialerData.Fault("callTags", "callTags has a tag without a name.");
            }

            // said again in one reply: the last place is the last word's
            tags.Remove(tag);
            tags[tag] = TagOf(member.Value);
        }

        json = tags.Count == 0 ? null : tags.ToJsonString(MergedJson.Options);
        return tags.Count > DialerData.MaxTags ? DialerData.Fault("callTags", $"callTags has at most {DialerData.MaxTags} tags.") : null;
    }

    private static Refusal? CellOf(JsonElement given, string header, out JsonObject? cell)
    {
        cell = null;
        var value = given;
        var order = 0;
        if (given.ValueKind == JsonValueKind.Object)
        {
            if (!given.TryGetProperty("value", out value))
            {
                value = default;
            }

            if (given.TryGetProperty("order", out var place) && place.ValueKind != JsonValueKind.Null)
            {
                if (place.ValueKind != JsonValueKind.Number || !place.TryGetDouble(out var number))
                {
                    return DialerData.Fault($"reportData.{header}", "order is a number.");
                }

                order = (int)Math.Clamp(Math.Round(number), int.MinValue, int.MaxValue);
            }
        }

        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return DialerData.Fault($"reportData.{header}", "a column has a value.");
        }

        cell = new JsonObject { ["value"] = ValueOf(value), ["order"] = order };
        return null;
    }

    private static JsonObject TagOf(JsonElement given)
    {
        JsonElement payload = default;
        JsonElement color = default;
        if (given.ValueKind == JsonValueKind.Object)
        {
            given.TryGetProperty("tagPayload", out payload);
            given.TryGetProperty("tagColor", out color);
        }

        return new JsonObject
        {
            ["tagPayload"] = payload.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : ValueOf(payload),
            ["tagColor"] = JsonTexts.Read(color) is { } text && Color().IsMatch(text) ? text : null,
        };
    }

    private static JsonValue ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(BotTexts.Cut(value.GetString()!, DialerData.MaxValue)),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when value.GetRawText().Length <= DialerData.MaxHeader => JsonValue.Create(value.Clone())!,
        _ => JsonValue.Create(BotTexts.Cut(value.GetRawText(), DialerData.MaxValue)),
    };

    [GeneratedRegex(@"^#[0-9A-Fa-f]{6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Color();
}
