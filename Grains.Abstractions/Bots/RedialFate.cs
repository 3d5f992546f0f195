namespace Dialer.Bots;

/// <summary>What became of the redial that a call's bot asked for (P5, P26): accepted whole, cut or dropped.</summary>
/// <param name="Wanted">Attempts asked for, at most 5.</param>
/// <param name="Accepted">Attempts of the new series; 0 = dropped.</param>
/// <param name="Why">Why it was cut or dropped; null = it was not.</param>
/// <param name="Mark">What tells this request from another one: the same request again has the same fate.</param>
[GenerateSerializer, Immutable, Alias("dialer.RedialFate")]
public sealed record RedialFate(
    [property: Id(0)] int Wanted,
    [property: Id(1)] int Accepted,
    [property: Id(2)] string? Why = null,
    [property: Id(3)] string? Mark = null)
{
    public bool IsDropped => Accepted == 0;

    public bool IsCut => Accepted > 0 && Accepted < Wanted;
}
