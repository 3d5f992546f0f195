using System.Text.Json;
using Dialer.Calendars;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.CallsApi;

/// <summary>
/// The conditions that a job or a redial may have of its own (calls-api §1.2, §1.3, §3.2), read from JSON into a policy. The first
/// fault found is told.
/// </summary>
internal sealed class CallConditions
{
    private const string BadTime = "invalid.call.allowed.time";

    public CallsError? Fault { get; private set; }

    public UnixTime StartAt { get; private set; }

    public UnixTime NotAfter { get; private set; }

    /// <summary>0 = not given.</summary>
    public byte Priority { get; private set; }

    public CallPolicy Policy { get; private set; } = new();

    /// <summary>The policy of a job; null = a plain one (P23). A start or a finish of its own is a condition of its own.</summary>
    public CallPolicy? OwnPolicy => Policy.IsPlain && StartAt.IsNone && NotAfter.IsNone ? null : Policy;

    public static CallConditions Read(JsonElement item)
    {
        var read = new CallConditions();
        foreach (var member in item.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                read.Take(member.Name, member.Value);
            }
        }

        read.TakeDeprecatedWindow(item);
        if (read.Fault is null && !read.NotAfter.IsNone && !read.StartAt.IsNone && read.StartAt >= read.NotAfter)
        {
            read.Bad("startDateTime has to be before finishDateTime.");
        }

        return read;
    }

    private void Take(string name, JsonElement value)
    {
        switch (name)
        {
            case "startDateTime":
                StartAt = Instant(name, value);
                break;
            case "finishDateTime":
                NotAfter = Instant(name, value);
                break;
            case "allowedDays":
                Policy = Policy with { AllowedDays = Days(value) };
                break;
            case "allowedTime":
                TakeTimes(value);
                break;
            case "retryIntervalInMinutes":
                Policy = Policy with { RetryMinutes = Number(name, value, 1, 2880) };
                break;
            case "maxAttempts":
                Policy = Policy with { MaxAttempts = Number(name, value, 1, 50) };
                break;
            case "dialerPriority":
                TakePriority(value);
                break;
            default:
                break;
        }
    }

    private UnixTime Instant(string name, JsonElement value)
    {
        if (Instants.TryReadAny(value, out var instant))
        {
            return instant;
        }

        Bad($"{name} is an instant with an offset, for example 2026-05-01T09:00:00+03:00.");
        return UnixTime.None;
    }

    private int? Number(string name, JsonElement value, int from, int to)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from && number <= to)
        {
            return number;
        }

        Bad($"{name} is a whole number from {from} to {to}.");
        return null;
    }

    private void TakePriority(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= 5)
        {
            Priority = (byte)number;
            return;
        }

        Fault ??= new CallsError("invalid.dialer_priority", "dialerPriority is a whole number from 1 (first) to 5.");
    }

    /// <summary>An empty array is the same as none (calls-api §3.5).</summary>
    private byte? Days(JsonElement value)
    {
        byte days = 0;
        foreach (var name in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default)
        {
            var day = JsonTexts.Read(name) is { } text ? DayOf(text) : -1;
            if (day < 0)
            {
                Bad("allowedDays is an array of mon, tue, wed, thu, fri, sat, sun.");
                return null;
            }

            days |= (byte)(1 << day);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Bad("allowedDays is an array of mon, tue, wed, thu, fri, sat, sun.");
        }

        return days == 0 ? null : days;
    }

    private void TakeTimes(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            BadTimes("allowedTime is an object with the members mon … sun and default.");
            return;
        }

        var times = new MinuteRange[]?[7];
        MinuteRange[]? usual = null;
        foreach (var member in value.EnumerateObject())
        {
            var day = DayOf(member.Name);
            if (day < 0 && member.Name != "default")
            {
                BadTimes($"allowedTime has no member '{Shown(member.Name)}': it has mon … sun and default.");
                return;
            }

            var windows = member.Value.ValueKind == JsonValueKind.Null ? null : Windows(member.Name, member.Value);
            if (day < 0)
            {
                usual = windows;
            }
            else
            {
                times[day] = windows;
            }
        }

        var isGiven = times.Any(t => t is not null);
        Policy = Policy with { AllowedTime = isGiven ? times : null, DefaultTime = usual };
    }

    private MinuteRange[]? Windows(string day, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            BadTimes($"allowedTime.{day} is an array of at least one window.");
            return null;
        }

        var windows = value.EnumerateArray().Select(w => Window(w)).ToList();
        if (windows.Any(w => w is null))
        {
            BadTimes($"allowedTime.{day}: a window is {{\"localTimeFrom\":\"HH:MM\",\"localTimeTo\":\"HH:MM\"}}, from before to, within one day.");
            return null;
        }

        var ranges = windows.OfType<MinuteRange>().OrderBy(w => w.From).ToArray();
        if (WeeklyHours.Overlap(ranges))
        {
            BadTimes($"allowedTime.{day}: its windows overlap.");
        }

        return ranges;
    }

    private static MinuteRange? Window(JsonElement value) => value.ValueKind == JsonValueKind.Object
        && Minute(value, "localTimeFrom", out var from) && Minute(value, "localTimeTo", out var to) && from < to
            ? new MinuteRange(from, to)
            : null;

    // deprecated: one window for all days; allowedTime beside it wins
    private void TakeDeprecatedWindow(JsonElement item)
    {
        var isFrom = item.TryGetProperty("localTimeFrom", out var from) && from.ValueKind != JsonValueKind.Null;
        var isTo = item.TryGetProperty("localTimeTo", out var to) && to.ValueKind != JsonValueKind.Null;
        if ((!isFrom && !isTo) || Policy.AllowedTime is not null || Policy.DefaultTime is not null)
        {
            return;
        }

        if (Window(item) is { } window)
        {
            Policy = Policy with { DefaultTime = [window] };
        }
        else
        {
            BadTimes("localTimeFrom and localTimeTo are HH:MM, both given, from before to.");
        }
    }

    private static bool Minute(JsonElement value, string name, out short minute)
    {
        minute = 0;
        return value.TryGetProperty(name, out var given) && JsonTexts.Read(given) is { } text
            && MinuteRange.TryParseMinute(text, allowMidnightEnd: false, out minute);
    }

    private static int DayOf(string name)
    {
        for (var day = 0; day < WeeklyHours.DayNames.Count; day++)
        {
            if (WeeklyHours.DayNames[day] == name)
            {
                return day;
            }
        }

        return -1;
    }

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private void Bad(string message) => Fault ??= new CallsError("bad.request", message);

    private void BadTimes(string message) => Fault ??= new CallsError(BadTime, message);
}
