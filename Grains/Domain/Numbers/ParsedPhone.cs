using System.Diagnostics.CodeAnalysis;
using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>What became of a phone as people write it (P33): a number with its facts, or why not.</summary>
/// <param name="Phone">The number; none when refused.</param>
/// <param name="Facts">What its numbering plan says; carried along so that finding the zone asks nothing twice.</param>
/// <param name="WasFixed">A leading 8 was made a 7: counted and shown as "fixed".</param>
/// <param name="Refusal">Why it is no phone; names no digits of it.</param>
public readonly record struct ParsedPhone(PhoneNumber Phone, NumberFacts Facts, bool WasFixed, Refusal? Refusal)
{
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsValid => Refusal is null;

    internal static ParsedPhone Refused(Refusal refusal) => new(default, default, false, refusal);
}
