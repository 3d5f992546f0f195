using System.Text.Json;
using Dialer.Reports;

namespace Dialer.Silo.Storage.Queries;

/// <summary>
/// Gathers the names that payloads and report data use. A million rows of one list have the same keys in the same order: a name is
/// first held against the one that followed its forerunner before, which costs no text.
/// </summary>
internal sealed class ColumnNames
{
    private const int StackBytes = 1024;

    private readonly List<string> payload = [];
    private readonly HashSet<string> knownPayload = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> data = new(StringComparer.Ordinal);
    private bool hasMorePayload;
    private bool hasMoreData;

    public void AddPayload(string json)
    {
        var bytes = System.Text.Encoding.UTF8.GetMaxByteCount(json.Length) <= StackBytes ? stackalloc byte[StackBytes] : new byte[System.Text.Encoding.UTF8.GetByteCount(json)];
        var reader = new Utf8JsonReader(bytes[..System.Text.Encoding.UTF8.GetBytes(json, bytes)]);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        for (var next = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            if (next < payload.Count && reader.ValueTextEquals(payload[next]))
            {
                next++;
            }
            else
            {
                next = Add(reader.GetString()!);
            }

            reader.Skip();
        }
    }

    public void AddData(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            var order = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("order", out var given)
                && given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var number) ? number : 0;
            if (data.TryGetValue(property.Name, out var known))
            {
                data[property.Name] = Math.Min(known, order);
            }
            else if (data.Count < ReportColumns.MaxColumns)
            {
                data[property.Name] = order;
            }
            else
            {
                hasMoreData = true;
            }
        }
    }

    public ReportColumns ToColumns() => new(
        payload, hasMorePayload, [.. data.OrderBy(d => d.Value).ThenBy(d => d.Key, StringComparer.Ordinal).Select(d => d.Key)], hasMoreData);

    /// <summary>Answers which name is expected next.</summary>
    private int Add(string name)
    {
        if (knownPayload.Contains(name))
        {
            return payload.IndexOf(name) + 1;
        }

        if (payload.Count == ReportColumns.MaxColumns)
        {
            hasMorePayload = true;
            return 0;
        }

        knownPayload.Add(name);
        payload.Add(name);
        return payload.Count;
    }
}
