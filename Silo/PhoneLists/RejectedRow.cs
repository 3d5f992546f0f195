using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>One row of a list that is counted and listed instead of called (P34).</summary>
/// <param name="Row">Its number among the data rows, from 1.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Code">Why, stable, for programs.</param>
/// <param name="Text">Why and how to mend it, in English; does not repeat the cell.</param>
/// <param name="Field">The column at fault; null when it is the whole row.</param>
/// <param name="Raw">The row as it stands in the file, cut to <see cref="ListLimits.MaxRejectedRaw"/> bytes.</param>
/// <param name="Phone">The number that can be read in it all the same, to be erased by (P57); none, or <see cref="SeveralPhones"/>.</param>
internal sealed record RejectedRow(long Row, long Line, string Code, string Text, string? Field, string Raw, PhoneNumber Phone)
{
    /// <summary>Rows that were run together: any line of <see cref="Raw"/> may hold a number.</summary>
    public static readonly PhoneNumber SeveralPhones = new(-1);

    /// <summary>Without <see cref="Raw"/>: it holds a phone, and logs must not.</summary>
    public override string ToString() => $"row {Row}, line {Line}: {Code}";
}
