using System.Text;
using Dialer.Numbers;

namespace Dialer.Silo.Storage.Privacy;

/// <summary>Finds a phone in the text of rows as people write it: with spaces, <c>+ - ( )</c>, and a Russian one with a leading 8 (P33).</summary>
internal static class PhoneInText
{
    private const int RussianDigits = 11;

    /// <summary>What merely holds its digits is taken for it too: of what is rejected, rather too much is erased than too little.</summary>
    public static bool Holds(string text, PhoneNumber phone)
    {
        var digits = Joined(text);
        var sought = phone.Digits;
        return digits.Contains(sought, StringComparison.Ordinal)
            || (sought.Length == RussianDigits && sought[0] == '7' && digits.Contains($"8{sought[1..]}", StringComparison.Ordinal));
    }

    /// <summary>The text without the signs within phones.</summary>
    private static string Joined(string text)
    {
        var joined = new StringBuilder(text.Length);
        foreach (var sign in text)
        {
            if (sign is not (' ' or '\u00A0' or '+' or '-' or '(' or ')'))
            {
                joined.Append(sign);
            }
        }

        return joined.ToString();
    }
}
