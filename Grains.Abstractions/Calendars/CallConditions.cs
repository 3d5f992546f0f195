using System.Text.Json;

namespace Dialer.Calendars;

/// <summary>
/// The conditions that a job or a redial may have of its own (calls-api §1.2, §1.3, §3.2), read from JSON into a policy. The first
/// fault found is told: its code is the <c>type</c> of the Calls API.
/// </summary>
public sealed class CallConditions
{
    /// <summary>The longest pause of a job (P6), in minutes.</summary>
    public const int LongestJobPause = 2880;

    /// <summary>A redial's pause has no bound of its own (calls-api §3.2): a year is as good as never.</summary>
    public const int LongestRedialPause = 366 * 24 * 60;

    private const string BadTime = "invalid.call.allowed.time";

    private readonly int longestPause;

    private CallConditions(int longestPause) => this.longestPause = longestPause;

    /// <summary>What is wrong, and with which member; null = nothing.</summary>
    public Refusal? Fault { get; private set; }

    public UnixTime StartAt { get; private set; }

    public UnixTime NotAfter { get; private set; }

    /// <summary>0 = not given.</summary>
    public byte Priority { get; private set; }

    public CallPolicy Policy { get; private set; } = new();

    /// <summary>The policy of a job; null = a plain one (P23). A start or a finish of its own is a condition of its own.</summary>
    public CallPolicy? OwnPolicy => Policy.IsPlain && StartAt.IsNone && NotAfter.IsNone ? null : Policy;

    /// <summary>Nothing is given that would make a difference: an empty <c>allowedDays</c> is the same as none.</summary>
    public bool IsEmpty => Policy.IsPlain && StartAt.IsNone && NotAfter.IsNone && Priority == 0;

    /// <param name="item">An object; members that are no conditions are not looked at.</param>
    /// <param name="longestPause">The largest <c>retryIntervalInMinutes</c>.</param>
    public static CallConditions Read(JsonElement item, int longestPause = LongestJobPause)
    {
        var read = new CallConditions(longestPause);
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
            read.Bad("startDateTime", "startDateTime has to be before finishDateTime.");
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
                Policy = Policy with { RetryMinutes = Number(name, value, 1, longestPause) };
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
        if (InstantTexts.TryRead(value, out var instant))
        {
            return instant;
        }

        Bad(name, $"{name} is an instant with an offset, for example 2026-05-01T09:00:00+03:00.");
        return UnixTime.None;
    }

    private int? Number(string name, JsonElement value, int from, int to)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from && number <= to)
        {
            return number;
        }

        Bad(name, $"{name} is a whole number from {from} to {to}.");
        return null;
    }

    private void TakePriority(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= 5)
        {
            Priority = (byte)number;
            return;
        }

        Fault ??= new Refusal("invalid.dialer_priority", "dialerPriority is a whole number from 1 (first) to 5.", Field: "dialerPriority");
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
                Bad("allowedDays", "allowedDays is an array of mon, tue, wed, thu, fri, sat, sun.");
                return null;
            }

            days |= (byte)(1 << day);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Bad("allowedDays", "allowedDays is an array of mon, tue, wed, thu, fri, sat, sun.");
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
            Fault ??= new Refusal(BadTime, "localTimeFrom and localTimeTo are HH:MM, both given, from before to.", Field: "localTimeFrom");
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

    private void Bad(string field, string message) => Fault ??= new Refusal("bad.request", message, Field: field);

    private void BadTimes(string message) => Fault ??= new Refusal(BadTime, message, Field: "allowedTime");
}
