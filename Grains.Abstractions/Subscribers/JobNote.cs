namespace Dialer.Subscribers;

/// <summary>
/// An entry of a job's timeline that is not a try: a refusal at the last moment, a redial that was cut or dropped (P5, P26, P32).
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.JobNote")]
public sealed record JobNote(
    [property: Id(0)] JobId Job,
    [property: Id(1)] CampaignId Campaign,
    [property: Id(2)] UnixTime At,
    [property: Id(3)] string Code,
    [property: Id(4)] string? Detail = null)
{
    /// <summary>A redial that was asked for does not come; the detail says why (P26).</summary>
    public const string RedialDropped = "redial_dropped";

    /// <summary>A redial brings fewer attempts than it asked for: the maximum cut it (P5).</summary>
    public const string RedialCut = "redial_cut";

    /// <summary>A bot was late, failed or said what cannot be read (P41).</summary>
    public const string BotFault = "bot_error";
}
