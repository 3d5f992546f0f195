using System.Globalization;
using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>
/// Reads a number-range table (P4). One range a line, <c>#</c> begins a comment:
/// <code>
/// 7401           Europe/Kaliningrad
/// 7900200-7900349 Asia/Yekaterinburg
/// 79141000000-79141099999 Asia/Yakutsk|Asia/Vladivostok
/// </code>
/// Prefixes with country code, both ends of a range equally long, meaning every number that begins so; then blanks, a comma
/// or a semicolon; then an IANA id, an offset, or candidates between bars. Later lines override earlier ones.
/// </summary>
public static class NumberRangesParser
{
    /// <summary>Most ranges of one table; the Russian plan needs about 400,000.</summary>
    public const int MaxRanges = 1_000_000;

    /// <summary>Bad lines named before reading stops.</summary>
    public const int MaxRefusals = 20;

    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>The table, or the bad lines: a table is taken whole or not at all.</summary>
    public static Answer<NumberRanges> Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var ranges = new List<NumberRange>();
        var refusals = new List<Refusal>();
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var text = WithoutComment(line);
            if (text.Length == 0)
            {
                continue;
            }

            if (ranges.Count == MaxRanges)
            {
                refusals.Add(Bad(number, $"the table has more than {MaxRanges} ranges"));
                break;
            }

            if (ParseLine(text, keys, out var range) is not { } fault)
            {
                ranges.Add(range);
                continue;
            }

            refusals.Add(Bad(number, fault));
            if (refusals.Count == MaxRefusals)
            {
                break;
            }
        }

        return refusals.Count > 0 ? Answer<NumberRanges>.Refused(refusals) : NumberRanges.Build(ranges);
    }

    private static string WithoutComment(string line)
    {
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Trim();
    }

    private static string? ParseLine(string text, Dictionary<string, string?> keys, out NumberRange range)
    {
        range = default;
        var gap = text.IndexOfAny(Separators);
        if (gap < 0)
        {
            return "a line is a prefix or a range of prefixes, a blank and a zone";
        }

        var prefixes = text[..gap];
        var dash = prefixes.IndexOf('-', StringComparison.Ordinal);
        var first = dash < 0 ? prefixes : prefixes[..dash];
        var last = dash < 0 ? prefixes : prefixes[(dash + 1)..];
        if (!TryPrefix(first, out var from) || !TryPrefix(last, out var to))
        {
            return "a prefix is 1 to 15 digits with country code, without + and spaces";
        }

        if (first.Length != last.Length || to < from)
        {
            return "both ends of a range have the same number of digits, the smaller first";
        }

        if (ZoneKey(text[gap..].Trim(Separators), keys) is not { } key)
        {
            return "the zone is not known: write an IANA name, an offset like +07:00, or candidates like A|B";
        }

        range = new NumberRange(from, to, first.Length, key);
        return null;
    }

    private static bool TryPrefix(string text, out long value)
    {
        value = 0;
        return text.Length is > 0 and <= PhoneNumber.MaxDigits && text[0] != '0'
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static string? ZoneKey(string text, Dictionary<string, string?> keys)
    {
        if (keys.TryGetValue(text, out var known))
        {
            return known;
        }

        var candidates = new SortedSet<string>(StringComparer.Ordinal);
        string? key = null;
        foreach (var part in text.Split('|'))
        {
            if (!GmtZoneGrammar.TryParse(part.Trim(), out var zone))
            {
                candidates.Clear();
                break;
            }

            _ = candidates.Add(zone);
        }

        key = candidates.Count == 0 ? null : string.Join('|', candidates);
        keys.Add(text, key);
        return key;
    }

    private static Refusal Bad(int line, string fault) =>
        new("number_range_bad_line", string.Create(CultureInfo.InvariantCulture, $"Line {line}: {fault}."));
}
