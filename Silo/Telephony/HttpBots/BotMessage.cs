using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dialer.Bots;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>An event as it is sent: the JAICP native protocol of the phone channel (calls-api §3.5).</summary>
internal static class BotMessage
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same for each repeat of an event: a bot drops what it has seen.</summary>
    public static string IdOf(CallBrief brief, BotEvent told) => $"{brief.Try}-{told.Name}";

    /// <param name="brief">The call as it was begun.</param>
    /// <param name="told">What happened.</param>
    /// <param name="redial">What became of the last redial: <c>{accepted:n}</c>; null = there was none.</param>
    public static byte[] Write(CallBrief brief, BotEvent told, JsonObject? redial)
    {
        var channel = brief.Channel.ToString();
        var phone = brief.Phone.Digits;
        var raw = RawRequest.Of(brief);
        var resterisk = new JsonObject();
        if (told.NotConnectedReason is { } reason)
        {
            raw["callNotConnectedReason"] = reason;
            resterisk["callNotConnectedData"] = new JsonObject { ["reason"] = reason };
        }

        if (HangupData(told) is { } hangup)
        {
            raw["hangupData"] = hangup;
        }

        var message = new JsonObject
        {
            ["version"] = 1,
            ["botId"] = channel,
            ["channelType"] = "resterisk",
            ["channelBotId"] = channel,
            ["channelUserId"] = phone,
            ["clientId"] = phone,
            ["questionId"] = IdOf(brief, told),
            ["timestamp"] = told.At.Ms,
            [told.Name == BotEvent.Start ? "query" : "event"] = told.Name == BotEvent.Start ? "/start" : told.Name,
            ["rawRequest"] = raw,
            ["data"] = new JsonObject { ["resterisk"] = resterisk },
        };
        if (redial is not null)
        {
            message["redial"] = redial;
        }

        return JsonSerializer.SerializeToUtf8Bytes(message, Options);
    }

    private static JsonObject? HangupData(BotEvent told) => told.End is not { } end ? null : new JsonObject
    {
        ["outcome"] = Name(end.Class),
        ["endedBy"] = Name(end.By),
        ["sipCode"] = end.Cause.SipCode == 0 ? null : end.Cause.SipCode,
        ["q850"] = end.Cause.Q850 == 0 ? null : end.Cause.Q850,
        ["text"] = end.Cause.Text,
        ["talkMilliseconds"] = end.AnsweredAt.IsNone ? 0 : end.At.Ms - end.AnsweredAt.Ms,
    };

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
