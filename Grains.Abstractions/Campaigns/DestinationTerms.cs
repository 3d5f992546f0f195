namespace Dialer.Campaigns;

/// <summary>What decides whether a trunk may call a number (P39).</summary>
/// <param name="Prefixes">As the channel's settings write them; null or empty = the organisation's country without premium numbers.</param>
/// <param name="Country">The organisation's, ISO.</param>
[GenerateSerializer, Immutable, Alias("dialer.DestinationTerms")]
public sealed record DestinationTerms([property: Id(0)] string? Prefixes, [property: Id(1)] string Country);
