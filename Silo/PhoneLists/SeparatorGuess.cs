using System.Text;
using Dialer.Domain.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Which of <c>, ; tab</c> separates the cells: the one that leaves a phone in the first column. Counting signs alone is
/// fooled by addresses and decimal commas; that is left to the CSV library for files without a single good phone.
/// </summary>
internal static class SeparatorGuess
{
    private const int MaxLines = 50;

    private static readonly char[] Candidates = [',', ';', '\t'];

    /// <param name="sample">The beginning of the text, without a byte order mark; its last line may be cut.</param>
    /// <param name="country">ISO country of the list.</param>
    /// <returns>Null when no line tells, or when the file names its separator itself (<c>sep=;</c>).</returns>
    public static char? Find(string sample, string country)
    {
        if (sample.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<int> votes = stackalloc int[Candidates.Length];
        var lines = 0;
        foreach (var line in sample.AsSpan().EnumerateLines())
        {
            if (lines++ == MaxLines)
            {
                break;
            }

            for (var i = 0; i < Candidates.Length; i++)
            {
                votes[i] += LeavesPhone(line, Candidates[i], country) ? 1 : 0;
            }
        }

        var best = votes.IndexOf(votes.ToArray().Max());
        return votes[best] == 0 ? null : Candidates[best];
    }

    private static bool LeavesPhone(ReadOnlySpan<char> line, char separator, string country)
    {
        var end = line is ['"', ..] ? line[1..].IndexOf('"') + 2 : line.IndexOf(separator);
        if (end < 0 || end >= line.Length || line[end] != separator)
        {
            return false;
        }

        return PhoneParser.Parse(line[..end].Trim('"'), country).IsValid;
    }
}
