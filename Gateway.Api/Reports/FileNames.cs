using System.Globalization;

namespace Dialer.Gateway.Reports;

/// <summary>Names under which answers are saved, from names that people gave.</summary>
internal static class FileNames
{
    private const int MaxName = 100;

    /// <summary>What no system, or no header, takes in a file's name.</summary>
    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("\\/:*?\"<>|%;");

    /// <summary><c>Spring sale jobs.csv</c>.</summary>
    public static string Of(string name, string what, string extension)
    {
        var kept = string.Concat(name.EnumerateRunes()
            .Select(r => r.IsBmp && (Forbidden.Contains((char)r.Value) || char.IsSurrogate((char)r.Value)) || Rune(r) ? " " : r.ToString()));
        var words = string.Join(' ', kept.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Trim('.', ' ');
        var cut = words.Length <= MaxName ? words : words[..(char.IsHighSurrogate(words[MaxName - 1]) ? MaxName - 1 : MaxName)];
        return $"{cut} {what}.{extension}".TrimStart();
    }

    private static bool Rune(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
