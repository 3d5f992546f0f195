namespace Dialer.Bots;

/// <summary>Texts of bots as they can be stored.</summary>
internal static class BotTexts
{
    /// <summary>At most so many characters, no half of a pair at the end, and no zero character, which no database text can hold.</summary>
    public static string Cut(string text, int most)
    {
        var whole = text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
        if (whole.Length <= most)
        {
            return whole;
        }

        return char.IsHighSurrogate(whole[most - 1]) ? whole[..(most - 1)] : whole[..most];
    }
}
