using System.Buffers;

namespace Dialer.Gateway.Reports;

/// <summary>
/// Text that came from outside, made safe for people who open a report in a spreadsheet: what the program would run as a
/// formula gets an apostrophe in front. Numbers written with a plus or a minus stay as they are.
/// </summary>
internal static class SpreadsheetCell
{
    private static readonly SearchValues<char> Numeric = SearchValues.Create("0123456789 ()-.,");

    public static string Safe(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && IsDangerous(text) ? "'" + text : text;
    }

    private static bool IsDangerous(string text) => text[0] switch
    {
        '=' or '@' or '\t' or '\r' or '\n' => true,
        '+' or '-' => text.AsSpan(1).ContainsAnyExcept(Numeric),
        _ => false,
    };
}
