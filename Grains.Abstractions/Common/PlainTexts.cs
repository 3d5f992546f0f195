using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Dialer;

/// <summary>
/// The one rule for texts that people write for people: names, reasons, descriptions. A control character cannot be shown and can forge
/// what stands beside it, and not every database stores U+0000.
/// </summary>
public static class PlainTexts
{
    /// <summary>Whether a text has neither a control character nor half a letter (a lone surrogate); null has none.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="mayHaveLines">Line ends and tabs are fine: a text of several lines.</param>
    public static bool IsPlain(string? text, bool mayHaveLines = false)
    {
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done
                || (Rune.IsControl(rune) && !(mayHaveLines && rune.Value is ('\n' or '\r' or '\t'))))
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    /// <summary>Without its control characters: for texts of somebody who cannot be asked to mend them.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text) => IsPlain(text)
        ? text
        : string.Concat(text!.EnumerateRunes().Where(r => !Rune.IsControl(r)).Select(r => r.ToString()));

    /// <summary>What is wrong with a text; null = nothing.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="mayHaveLines">Line ends and tabs are fine.</param>
    public static Refusal? Refuse(string? text, string field, bool mayHaveLines = false) => IsPlain(text, mayHaveLines)
        ? null
        : new Refusal("invalid_setting", $"{field} has a control character or half a letter in it, such as U+0000; leave it out.", Field: field);
}
