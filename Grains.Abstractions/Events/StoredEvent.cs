using System.Globalization;

namespace Dialer.Events;

/// <summary>One event of a campaign (P51).</summary>
/// <param name="Campaign">Whose.</param>
/// <param name="Seq">Rises by one within the campaign; a number that is missing = events there were not recorded, or are pruned.</param>
/// <param name="At">When it happened.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Job">Whose job; 0 = the campaign's own event.</param>
/// <param name="DataJson">What happened, a JSON object.</param>
public sealed record StoredEvent(CampaignId Campaign, long Seq, UnixTime At, string Type, JobId Job, string DataJson)
{
    /// <summary>Stable: the same event has it in streams, deliveries, retries and replays.</summary>
    public string Id => IdOf(Campaign, Seq);

    /// <summary>The event as it is sent, in streams and to webhooks alike.</summary>
    public string ToJson() => Envelope(Type, At, DataJson);

    public static string IdOf(CampaignId campaign, long seq) => string.Create(CultureInfo.InvariantCulture, $"{campaign.Value}-{seq}");

    /// <param name="type">A type word: nothing in it needs escaping.</param>
    /// <param name="at">When.</param>
    /// <param name="dataJson">A JSON value.</param>
    public static string Envelope(string type, UnixTime at, string dataJson) => $$"""{"type":"{{type}}","timestamp":"{{at}}","data":{{dataJson}}}""";

    /// <summary>Reads <c>&lt;campaign&gt;-&lt;seq&gt;</c>.</summary>
    public static bool TryParseId(string? text, out CampaignId campaign, out long seq)
    {
        (campaign, seq) = (default, 0);
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        return dash > 0
            && CampaignId.TryParse(text![..dash], out campaign)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out seq);
    }
}
