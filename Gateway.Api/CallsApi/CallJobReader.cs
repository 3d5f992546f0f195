using System.Runtime.InteropServices;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;

namespace Dialer.Gateway.CallsApi;

/// <summary>Items of <c>addPhones</c> one by one (calls-api §1.2): all are good, or the first fault is told.</summary>
internal sealed class CallJobReader(INumberReader numbers)
{
    private readonly HashSet<PhoneNumber> seen = [];
    private readonly List<string> duplicates = [];

    public List<NewJob> Jobs { get; } = [];

    /// <summary>The phones as they were written, in the order of the request.</summary>
    public List<string> Written { get; } = [];

    /// <summary>What is wrong; null = nothing. Duplicates are told once all are known.</summary>
    public CallsError? Fault { get; private set; }

    /// <summary>False: the item cannot be taken, and nothing more need be read.</summary>
    public bool Take(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            Fault = new CallsError("bad.request", $"Item {Jobs.Count + 1} is no object with a phone.");
            return false;
        }

        var text = TextOf(item, "phone") ?? "";
        // what is no text is no zone, rather than none
        var zone = TextOf(item, "gmtZone") ?? (item.TryGetProperty("gmtZone", out var odd) && odd.ValueKind != JsonValueKind.Null ? "?" : null);
        var read = numbers.Read(text, string.IsNullOrEmpty(zone) ? null : zone);
        if (!read.IsDone)
        {
            Fault = FaultOf(read.Refusal, text, zone);
            return false;
        }

        var conditions = CallConditions.Read(item);
        if ((Refuse(item) ?? (conditions.Fault is { } bad ? new CallsError(bad.Code, bad.Text) : null)) is { } fault)
        {
            Fault = fault with { Phone = text };
            return false;
        }

        var hasPayload = item.TryGetProperty("payload", out var given) && given.ValueKind == JsonValueKind.Object;
        if (hasPayload && PayloadLimits.Refuse(JsonMarshal.GetRawUtf8Value(given)) is { } refused)
        {
            Fault = new CallsError("bad.request", refused) { Phone = text };
            return false;
        }

        var payload = hasPayload ? given.GetRawText() : null;
        if (payload is not null && !JsonTexts.AreWhole(given, payload))
        {
            Fault = new CallsError("bad.request", "payload has a text with half a letter in it (an escape such as \\ud800 alone).") { Phone = text };
            return false;
        }

        if (!seen.Add(read.Value.Phone))
        {
            duplicates.Add(text);
            return true;
        }

        Written.Add(text);
        Jobs.Add(new NewJob
        {
            Phone = read.Value.Phone,
            Zone = read.Value.Zone,
            Priority = conditions.Priority == 0 ? LaneKey.DefaultPriority : conditions.Priority,
            Policy = conditions.OwnPolicy,
            StartAt = conditions.StartAt,
            NotAfter = conditions.NotAfter,
            Payload = payload,
        });
        return true;
    }

    /// <summary>Phones that stand in the request more than once.</summary>
    public CallsError? Duplicates() => duplicates.Count == 0 ? null : DuplicatesOf(duplicates);

    public static CallsError DuplicatesOf(IReadOnlyList<string> phones) => new("phone.duplicated", "The phone stands in the request more than once, or was added before.")
    {
        Phone = phones[0],
        PhonesDuplicates = [.. phones.Distinct(StringComparer.Ordinal)],
    };

    public static CallsError FaultOf(Refusal refusal, string phone, string? zone) => refusal.Field == "gmtZone"
        ? new CallsError("phone.gmtZone.bad.format", refusal.Text) { Phone = phone, GmtZone = zone }
        : new CallsError("phone.bad.format", refusal.Text) { Phone = phone };

    /// <summary>Text, or a number as it is written; null = absent or null.</summary>
    private static string? TextOf(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => JsonTexts.Read(value) ?? "?",
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static CallsError? Refuse(JsonElement item)
    {
        if (item.TryGetProperty("externalCheck", out var check) && check.ValueKind != JsonValueKind.Null)
        {
            return new CallsError("external.check.unsupported", "An outside check cannot be made here, and is never left out: nobody was added.");
        }

        return item.TryGetProperty("payload", out var payload) && payload.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)
            ? new CallsError("bad.request", "payload is an object.")
            : null;
    }
}
