using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Small readings that several headers share.</summary>
internal static class SipText
{
    /// <summary>
    /// UTF-8 (RFC 3261 §7), or Latin-1 of what is none: no byte is lost, so that two tags or Call-IDs are never taken for one. The
    /// framework's own way out, a mark for each such byte, costs some thirty bytes of memory for each.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);

    /// <summary>A far side's words for a log: nothing that breaks a line, hides or turns what stands around it, and not more than so much.</summary>
    public static string Printable(string text, int most) => string.Concat(text.Where(c => !IsHidden(c)).Take(most));

    private static bool IsHidden(char letter) => char.GetUnicodeCategory(letter)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Splits at commas that are neither in quotes nor in angle brackets; empty elements are dropped.</summary>
    public static List<string> SplitList(string text) => Split(text, ',');

    /// <summary>
    /// Splits at a separator that is neither in quotes nor in angle brackets; parts are trimmed. Not more than
    /// <see cref="SipLimits.MaxListElements"/> are read.
    /// </summary>
    /// <param name="isEmptyKept">Empty parts are parts too; else they are dropped.</param>
    public static List<string> Split(string text, char separator, bool isEmptyKept = false)
    {
        var parts = new List<string>();
        var (start, isQuoted, depth) = (0, false, 0);
        for (var i = 0; i <= text.Length && parts.Count < SipLimits.MaxListElements; i++)
        {
            if (i == text.Length || (text[i] == separator && !isQuoted && depth == 0))
            {
                var part = text.AsSpan(start, i - start).Trim();
                if (isEmptyKept || !part.IsEmpty)
                {
                    parts.Add(part.ToString());
                }

                start = i + 1;
                continue;
            }

            switch (text[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '<' when !isQuoted:
                    depth++;
                    break;
                case '>' when !isQuoted && depth > 0:
                    depth--;
                    break;
                default:
                    break;
            }
        }

        return parts;
    }

    /// <summary>A text in quotes as what it means; any other text as it is.</summary>
    public static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            return text;
        }

        var inner = text.AsSpan(1, text.Length - 2);
        if (!inner.Contains('\\'))
        {
            return inner.ToString();
        }

        var plain = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            // a backslash stands before a character that is meant as it is; the last one has none after it
            i += inner[i] == '\\' && i + 1 < inner.Length ? 1 : 0;
            plain.Append(inner[i]);
        }

        return plain.ToString();
    }

    /// <summary>The text in quotes, as a quoted-string (RFC 3261 §25.1).</summary>
    public static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    /// <summary>
    /// A text of nothing but digits as a number; null when it is not one or too great. Not <c>int.TryParse</c>, which reads over
    /// NULs at the end.
    /// </summary>
    public static int? Digits<T>(ReadOnlySpan<T> text)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var number = text.IsEmpty ? -1L : 0L;
        foreach (var digit in text)
        {
            var value = int.CreateTruncating(digit) - '0';
            if (value is < 0 or > 9 || number > int.MaxValue)
            {
                return null;
            }

            number = (number * 10) + value;
        }

        return number is < 0 or > int.MaxValue ? null : (int)number;
    }

    /// <summary>The digits at the beginning; null when there are none or too many.</summary>
    public static int? LeadingNumber(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
        {
            length++;
        }

        return Digits(text[..length]);
    }

    private static readonly IReadOnlyDictionary<string, string> None = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>Parameters after a value: <c>;name=value;flag</c>. Names are read in any case; the first of a name counts.</summary>
    public static IReadOnlyDictionary<string, string> Parameters(IEnumerable<string> parts)
    {
        Dictionary<string, string>? found = null;
        foreach (var part in parts)
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals].Trim();
            (found ??= new(StringComparer.OrdinalIgnoreCase)).TryAdd(name, equals < 0 ? "" : Unquote(part[(equals + 1)..].Trim()));
        }

        return found ?? None;
    }
}
