using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>What is wrong with a row (P34).</summary>
/// <param name="Why">The reason.</param>
/// <param name="Field">The column at fault; null when it is the whole row.</param>
/// <param name="Phone">See <see cref="RejectedRow.Phone"/>.</param>
internal readonly record struct RowFault(Refusal Why, string? Field, PhoneNumber Phone);
