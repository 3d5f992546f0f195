namespace Dialer.Silo.PhoneLists;

/// <summary>One row of a list that is counted and listed instead of called (P34).</summary>
/// <param name="Row">Its number among the data rows, from 1.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Code">Why, stable, for programs.</param>
/// <param name="Text">Why and how to mend it, in English; does not repeat the cell.</param>
/// <param name="Field">The column at fault; null when it is the whole row.</param>
/// <param name="Raw">The row as it stands in the file, cut to <see cref="ListLimits.MaxRejectedRaw"/> bytes.</param>
internal sealed record RejectedRow(long Row, long Line, string Code, string Text, string? Field, string Raw)
{
    /// <summary>Without <see cref="Raw"/>: it holds a phone, and logs must not.</summary>
    public override string ToString() => $"row {Row}, line {Line}: {Code}";
}
