using System.Globalization;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Small readings that several headers share.</summary>
internal static class SipText
{
    /// <summary>Splits at commas that are neither in quotes nor in angle brackets; empty elements are dropped.</summary>
    public static List<string> SplitList(string text) => Split(text, ',');

    /// <summary>Splits at a separator that is neither in quotes nor in angle brackets; parts are trimmed, empty ones dropped.</summary>
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, isQuoted, depth) = (0, false, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == separator && !isQuoted && depth == 0))
            {
                var part = text.AsSpan(start, i - start).Trim();
                if (!part.IsEmpty)
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
        return inner.Contains('\\') ? System.Text.RegularExpressions.Regex.Replace(inner.ToString(), @"\\(.)", "$1") : inner.ToString();
    }

    /// <summary>The text in quotes, as a quoted-string (RFC 3261 §25.1).</summary>
    public static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    /// <summary>The digits at the beginning; null when there are none or too many.</summary>
    public static int? LeadingNumber(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
        {
            length++;
        }

        return int.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
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
