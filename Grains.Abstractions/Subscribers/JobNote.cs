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
    [property: Id(4)] string? Detail = null);
