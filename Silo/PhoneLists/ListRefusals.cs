using System.Globalization;
using Dialer.PhoneLists;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Why a whole file is not imported (P33) and why a row is not (P34): codes are stable, each text says what, where and how to
/// mend it.
/// </summary>
internal static class ListRefusals
{
    public static readonly Refusal Empty = new("list_empty", "The file is empty. A list has one phone per row, in the first column.");

    public static readonly Refusal OnlyHeader = new(
        "list_only_header", "The file has a header and no rows. Its first row is taken for a header because its first cell is no phone.");

    public static readonly Refusal Binary = new(
        "file_binary", "The file is not text. A list is a CSV file in UTF-8 or Windows-1251: save it as \"CSV UTF-8\" in Excel.");

    public static readonly Refusal UnknownEncoding = new(
        "file_encoding_unknown", "The encoding is not known. Use utf-8, windows-1251, utf-16 or utf-16be.");

    public static readonly Refusal RowNul = new("row_binary", "The row holds zero bytes, which are not text. Save the file anew as CSV.");

    public static readonly Refusal RowQuotes = new(
        "row_bad_quotes", "A cell goes on behind its closing quote. A quote within a quoted cell is written twice: \"\".");

    public static readonly Refusal RowSwallowsRows = new(
        "row_swallows_rows",
        "A quoted cell runs over several lines, and a further line begins with a phone: its closing quote is probably missing.");

    public static readonly Refusal RowPriority = new(
        "priority_bad", "The priority is not understood. Write 1 (first) to 5, or leave the cell empty.");

    public static readonly Refusal CutShort = new(
        PhoneListErrors.CutShort, "The import was cut short when its process ended; import the file again.");

    public static readonly Refusal Failed = new(PhoneListErrors.Failed, "The import failed unexpectedly, and the log says why; nothing of the list was kept.");

    public static readonly Refusal GivenUp = new(
        PhoneListErrors.Cancelled, "The import was given up or its list was deleted meanwhile; nothing of it was kept.");

    public static readonly Refusal WorkbookBroken = new(
        "workbook_broken", "The workbook cannot be read: it is cut short or damaged. Open it, save it again as .xlsx or \"CSV UTF-8\", and send that.");

    public static readonly Refusal WorkbookOdd = new(
        "workbook_odd", "The workbook holds XML that no spreadsheet program writes (comments, CDATA or a document type). Open it and save it as .xlsx again.");

    public static readonly Refusal WorkbookTooLarge = new(
        "workbook_too_large",
        Text($"Unpacked, the workbook is larger than {ListLimits.MaxWorkbookBytes >> 20} MB. Save its first sheet as CSV, which may be of any size."));

    public static readonly Refusal WorkbookTexts = new(
        "workbook_too_large",
        Text($"The texts of the workbook are larger than {ListLimits.MaxSharedTextBytes >> 20} MB. Save its first sheet as CSV, which may be of any size."));

    public static readonly Refusal WorkbookCell = new(
        "workbook_cell_too_long", "A cell of the workbook is longer than the 32,767 characters that a spreadsheet takes. Shorten it, or save the sheet as CSV.");

    public static readonly Refusal WorkbookRows = new(
        "workbook_too_many_rows", Text($"The sheet has rows beyond {ListLimits.MaxSheetRows}. Save it as CSV, which may have any number of them."));

    public static Refusal FileMissing(string name) => new("file_missing", $"There is no file '{name}'. Check the name and the folder.");

    public static Refusal FileIsFolder(string name) => new("file_is_folder", $"'{name}' is a folder. Name a CSV file in it.");

    public static Refusal FileUnreadable(string name, string why) => new("file_unreadable", $"The file '{name}' cannot be read: {why}");

    public static Refusal WrongKind(string kind, string mend) => new("file_wrong_kind", $"The file is {kind}, whatever its name. {mend}");

    public static Refusal NotUtf8(long line, bool isGuess) => new(
        "file_encoding_mixed",
        isGuess
            ? Text($"The file begins as UTF-8, but line {line} is not. Name its encoding (windows-1251), or save it as UTF-8.")
            : Text($"The file is said to be UTF-8, but line {line} is not. Save the whole file as UTF-8, or name its real encoding."));

    public static Refusal QuoteNotClosed(long line) => new(
        "quote_not_closed", Text($"Line {line}: a quote is opened and never closed. Close it, or write a quote within a cell twice: \"\"."));

    public static Refusal RecordTooLong(long line) => new(
        "row_too_long",
        Text($"Line {line}: the row is longer than {ListLimits.MaxRecordBytes / 1024} KiB. Usually a quote in it is never closed."));

    public static Refusal TooManyColumns(long line, int columns) => new(
        "too_many_columns", Text($"Line {line} has {columns} columns; a list has at most {ListLimits.MaxColumns}."));

    public static Refusal ColumnTwice(string name, int first, int second) => new(
        "column_twice", Text($"The column {name} stands twice, at positions {first} and {second}. Leave one of them."), Field: name);

    public static Refusal RowColumns(int columns, int expected) => new(
        "row_extra_columns",
        Text($"The row has {columns} columns and the header {expected}. Put cells that hold the separator into quotes."));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
