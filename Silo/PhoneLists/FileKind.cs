namespace Dialer.Silo.PhoneLists;

/// <summary>Tells text from what people rename to <c>.csv</c>.</summary>
internal static class FileKind
{
    private const string SaveAsCsv = "Open it and save it as \"CSV UTF-8\".";

    // a CSV has tabs and line ends; a text of Windows-1251 has none of the other control signs either
    private const double MostControlSigns = 0.02;

    /// <summary>A ZIP archive, which a workbook is.</summary>
    public static bool IsArchive(ReadOnlySpan<byte> head) => head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8);

    /// <summary>Null for text.</summary>
    public static Refusal? Refuse(ReadOnlySpan<byte> head)
    {
        if (Known(head) is { } known)
        {
            return known;
        }

        return TextEncodings.HasUnicodeMark(head) || !IsBinary(head) ? null : ListRefusals.Binary;
    }

    private static Refusal? Known(ReadOnlySpan<byte> head)
    {
        if (IsArchive(head))
        {
            // a workbook is read from its end: only a file can be
            return ListRefusals.WrongKind("an Excel workbook (XLSX) or a ZIP archive", SaveAsCsv);
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            return ListRefusals.WrongKind("an old Excel workbook (XLS), or one with a password", "Save it without a password as .xlsx or \"CSV UTF-8\".");
        }

        if (head.StartsWith("%PDF"u8))
        {
            return ListRefusals.WrongKind("a PDF", "Take the table it was made from and save that as CSV.");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            return ListRefusals.WrongKind("compressed (gzip)", "Unpack it first.");
        }

        var text = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        return text.TrimStart(" \t\r\n"u8).StartsWith("<"u8)
            ? ListRefusals.WrongKind("a web page or XML, as some programs export under the name of Excel", SaveAsCsv)
            : null;
    }

    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        var control = 0;
        foreach (var sign in head)
        {
            if (sign == 0)
            {
                return true;
            }

            control += sign < 0x20 && sign is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1A) ? 1 : 0;
        }

        return control > head.Length * MostControlSigns;
    }
}
