using System.Text;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Runs over the XML of a sheet, or of the texts that sheets share, as bytes: finds the widest cell and what would make a reader
/// hold without bound (a text without end, comments, CDATA, a document type). Knows just enough XML for that.
/// </summary>
internal sealed class SheetScan
{
    /// <summary>The longest cell of a spreadsheet, each sign written as the longest entity, and room for tags.</summary>
    private const int LongestRun = 32_767 * 8 + 4096;

    /// <summary>As much of a tag as holds the reference of a cell.</summary>
    private const int TagBytes = 128;

    private readonly byte[] tag = new byte[TagBytes];
    private int tagLength;
    private bool isInTag;
    private long run;
    private int column;

    /// <summary>The widest column seen, from 1; 0 = no cell.</summary>
    public int Columns { get; private set; }

    /// <exception cref="ListRefusedException">It is no sheet that a spreadsheet program wrote.</exception>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!isInTag)
            {
                var start = bytes.IndexOf((byte)'<');
                Count(start < 0 ? bytes.Length : start);
                if (start < 0)
                {
                    return;
                }

                (isInTag, tagLength, run) = (true, 0, 0);
                bytes = bytes[(start + 1)..];
                continue;
            }

            var end = bytes.IndexOf((byte)'>');
            var part = end < 0 ? bytes : bytes[..end];
            Count(part.Length);
            var kept = part[..Math.Min(part.Length, TagBytes - tagLength)];
            kept.CopyTo(tag.AsSpan(tagLength));
            tagLength += kept.Length;
            if (tagLength > 0 && tag[0] == '!')
            {
                throw new ListRefusedException(ListRefusals.WorkbookOdd);
            }

            if (end < 0)
            {
                return;
            }

            Tag(tag.AsSpan(0, tagLength));
            (isInTag, run) = (false, 0);
            bytes = bytes[(end + 1)..];
        }
    }

    private void Count(int bytes)
    {
        run += bytes;
        if (run > LongestRun)
        {
            throw new ListRefusedException(ListRefusals.WorkbookCell);
        }
    }

    private void Tag(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(" \t\r\n/"u8);
        var name = end < 0 ? text : text[..end];
        var prefix = name.IndexOf((byte)':');
        name = prefix < 0 ? name : name[(prefix + 1)..];
        if (name.SequenceEqual("row"u8))
        {
            column = 0;
        }
        else if (name.SequenceEqual("c"u8))
        {
            // a cell without a reference follows the one before it
            column = Reference(text) ?? column + 1;

            // one without content is a format only: whole rows have it
            if (text[^1] != '/')
            {
                Columns = Math.Max(Columns, column);
            }
        }
    }

    private static int? Reference(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf(" r="u8);
        if (at < 0 || at + 4 >= text.Length)
        {
            return null;
        }

        var number = 0;
        var rest = text[(at + 4)..];
        while (!rest.IsEmpty && Ascii.IsValid(rest[0]) && char.IsAsciiLetter((char)rest[0]))
        {
            number = Math.Min(number * 26 + ((rest[0] | 0x20) - 'a' + 1), 1 << 20);
            rest = rest[1..];
        }

        var row = 0L;
        while (!rest.IsEmpty && char.IsAsciiDigit((char)rest[0]))
        {
            row = Math.Min(row * 10 + (rest[0] - '0'), int.MaxValue);
            rest = rest[1..];
        }

        return row > ListLimits.MaxSheetRows ? throw new ListRefusedException(ListRefusals.WorkbookRows) : number == 0 ? null : number;
    }
}
