using System.Text.Json;
using Dialer.Calendars;
using Dialer.Calls;

namespace Dialer.Bots;

/// <summary>
/// The wire's <c>data.dialer</c> (calls-api §3.5): what a bot asks the dialer for, read whole or refused with its first fault. Members
/// that are not known, and those with null, are not looked at.
/// </summary>
public static class DialerData
{
    /// <summary>The whole object, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    public const int MaxColumns = 100;

    public const int MaxTags = 100;

    /// <summary>A header or the name of a tag is cut to so many characters (calls-api §2.7).</summary>
    public const int MaxHeader = 255;

    /// <summary>The value of a column, the payload of a result or of a tag is cut to so many characters (calls-api §2.7).</summary>
    public const int MaxValue = 30_000;

    /// <summary>A call result is cut to so many characters.</summary>
    public const int MaxResult = 1000;

    /// <summary>No call lasts longer than a day.</summary>
    public const int MaxSpeechSeconds = 24 * 60 * 60;

    /// <summary>The object within a body: <c>{data:{dialer:{…}}}</c> or <c>{dialer:{…}}</c>; null = there is none.</summary>
    public static JsonElement? Find(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (body.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("dialer", out var within))
        {
            return within.ValueKind == JsonValueKind.Null ? null : within;
        }

        return body.TryGetProperty("dialer", out var bare) && bare.ValueKind != JsonValueKind.Null ? bare : null;
    }

    /// <summary>A reply, which may be empty; else the fault: field, what is wrong and how to mend it.</summary>
    public static Answer<BotReply> Read(JsonElement dialer)
    {
        if (dialer.ValueKind != JsonValueKind.Object)
        {
            return Fault("dialer", "data.dialer is an object.");
        }

        var raw = dialer.GetRawText();
        if (raw.Length > MaxBytes)
        {
            return Fault("dialer", $"data.dialer is at most {MaxBytes / 1024} KB.");
        }

        if (!JsonTexts.AreWhole(dialer, raw))
        {
            return Fault("dialer", "data.dialer has a text with half a letter in it (an escape such as \\ud800 alone).");
        }

        var reply = new BotReply();
        foreach (var member in dialer.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && Take(ref reply, member.Name, member.Value) is { } fault)
            {
                return fault;
            }
        }

        return reply;
    }

    private static Refusal? Take(ref BotReply reply, string name, JsonElement value)
    {
        switch (name)
        {
            case "redial":
                return TakeRedial(ref reply, value);
            case "callResult":
                return TakeText(value, name, MaxResult, out var result) ?? Do(reply = reply with { CallResult = result });
            case "callResultPayload":
                return TakeText(value, name, MaxValue, out var payload) ?? Do(reply = reply with { CallResultPayload = payload });
            case "reportData":
                return BotColumns.ReadReportData(value, out var columns) ?? Do(reply = reply with { ReportDataJson = columns });
            case "callTags":
                return BotColumns.ReadTags(value, out var tags) ?? Do(reply = reply with { CallTagsJson = tags });
            case "stopCalls":
                return TakeStop(ref reply, value);
            case "answeredBy":
                return TakeAnsweredBy(ref reply, value);
            case "speechSeconds":
                return TakeSpeech(ref reply, value);
            default:
                return null;
        }
    }

    private static Refusal? TakeRedial(ref BotReply reply, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Fault("redial", "redial is an object.");
        }

        var read = CallConditions.Read(value, CallConditions.LongestRedialPause);
        if (read.Fault is { } fault)
        {
            return Fault($"redial.{fault.Field}", fault.Text);
        }

        if (read.IsEmpty)
        {
            return Fault("redial", "redial is empty: give startDateTime, allowedTime or another condition of the new calls.");
        }

        // the policy is cut here, so that everyone who looks at a reply sees what can come of it (P26)
        var policy = read.Policy;
        reply = reply with
        {
            Redial = new Redial
            {
                StartAt = read.StartAt,
                NotAfter = read.NotAfter,
                Priority = read.Priority,
                Policy = policy with { MaxAttempts = policy.MaxAttempts is { } most ? Math.Min(most, Redial.MaxAttempts) : null },
            },
        };
        return null;
    }

    private static Refusal? TakeStop(ref BotReply reply, JsonElement value)
    {
        StopCalls? stop = JsonTexts.Read(value) switch
        {
            "job" => StopCalls.Job,
            "organisation" => StopCalls.Organisation,
            _ => null,
        };
        reply = reply with { StopCalls = stop ?? StopCalls.None };
        return stop is null ? Fault("stopCalls", "stopCalls is \"job\" or \"organisation\".") : null;
    }

    private static Refusal? TakeAnsweredBy(ref BotReply reply, JsonElement value)
    {
        AnsweredBy? who = JsonTexts.Read(value) switch
        {
            "human" => AnsweredBy.Human,
            "machine" => AnsweredBy.Machine,
            "screener" => AnsweredBy.Screener,
            "announcement" => AnsweredBy.Announcement,
            _ => null,
        };
        reply = reply with { AnsweredBy = who ?? AnsweredBy.Unknown };
        return who is null ? Fault("answeredBy", "answeredBy is \"human\", \"machine\", \"screener\" or \"announcement\".") : null;
    }

    private static Refusal? TakeSpeech(ref BotReply reply, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is < 0 or > MaxSpeechSeconds)
        {
            return Fault("speechSeconds", $"speechSeconds is a number from 0 to {MaxSpeechSeconds}.");
        }

        reply = reply with { SpeechSeconds = (int)Math.Ceiling(seconds) };
        return null;
    }

    /// <summary>A text; an object, a number or a truth value as its JSON. An empty one is none.</summary>
    private static Refusal? TakeText(JsonElement value, string name, int most, out string? text)
    {
        text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        text = string.IsNullOrEmpty(text) ? null : BotTexts.Cut(text, most);
        return value.ValueKind == JsonValueKind.Array && name == "callResult" ? Fault(name, "callResult is a text.") : null;
    }

    // an assignment in an expression: what was taken has no fault
    private static Refusal? Do(BotReply _) => null;

    internal static Refusal Fault(string field, string text) => new("bot_reply_invalid", text, Field: field);
}
