namespace Dialer.Silo.PhoneLists;

/// <summary>What was made of the beginning of a file: shown to the operator beside the first rows.</summary>
/// <param name="HasHeader">Whether the first row names the columns.</param>
/// <param name="Names">Payload keys, by column. Without a header they are the column indexes, from 0, of the first row.</param>
/// <param name="Renamed">Columns whose name was taken already and got a suffix, as <c>name → name_2</c>.</param>
/// <param name="Separator">What separates the cells.</param>
/// <param name="Encoding">What the text is written in: <c>utf-8</c>, <c>windows-1251</c>, <c>utf-16</c> …</param>
internal sealed record ListColumns(
    bool HasHeader,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Renamed,
    char Separator,
    string Encoding);
