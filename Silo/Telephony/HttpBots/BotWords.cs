using System.Text.Json;
using Dialer.Bots;
using Dialer.Calls;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>What a bot answered to an event.</summary>
/// <param name="Reply">What it asks of the dialer; null = nothing.</param>
/// <param name="HangsUp">It ends the call.</param>
/// <param name="Fault">What of the answer could not be read; the rest counts.</param>
internal readonly record struct BotWords(BotReply? Reply, bool HangsUp, BotFault? Fault)
{
    private const int MaxDepth = 32;

    /// <summary>Reads the body of an answer; an empty one says nothing.</summary>
    public static BotWords Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new BotWords(null, false, new BotFault(BotFault.BadJson, $"the answer is no JSON, or nested more than {MaxDepth} deep; answer with an object or with nothing (204)"));
        }
    }

    private static BotWords Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new BotWords(null, false, new BotFault(BotFault.BadJson, "the answer is no JSON object"));
        }

        var hangsUp = HasHangup(root) || (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && HasHangup(data));
        if (DialerData.Find(root) is not { } dialer)
        {
            return new BotWords(null, hangsUp, null);
        }

        var read = DialerData.Read(dialer);
        return read.IsDone
            ? new BotWords(read.Value.IsEmpty ? null : read.Value, hangsUp, null)
            : new BotWords(null, hangsUp, new BotFault(BotFault.BadDialer, $"data.dialer is not taken: {read.Refusal.Field} is wrong"));
    }

    // JAICP bots put their replies into data, others beside it
    private static bool HasHangup(JsonElement holder) =>
        holder.TryGetProperty("replies", out var replies)
        && replies.ValueKind == JsonValueKind.Array
        && replies.EnumerateArray().Any(static reply =>
            reply.ValueKind == JsonValueKind.Object && reply.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("hangup"));
}
