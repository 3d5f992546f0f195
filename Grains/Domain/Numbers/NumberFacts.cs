namespace Dialer.Domain.Numbers;

/// <summary>What the numbering plan says of a valid number.</summary>
/// <param name="Country">ISO country, or <c>001</c> for numbers of no country (satellite, international free phone).</param>
/// <param name="IsGeographic">Whether its first digits name a place; if not, only the country is known.</param>
public readonly record struct NumberFacts(string Country, bool IsGeographic);
