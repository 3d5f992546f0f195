using System.Globalization;
using System.Text;
using CsCheck;
using Dialer.Silo.PhoneLists;
using static Dialer.Tests.PhoneLists.ListText;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33: what is written as CSV by the rules is read back cell by cell, whatever the separator and the encoding.</summary>
public class ListRoundTripLaws
{
    private const string Signs = "ab яЩ1,;\t\"'|<>&\\/{}";

    private static readonly Gen<string> Cell = Gen.OneOf(
        Gen.Char[Signs].Array[0, 8].Select(signs => new string(signs)),
        Gen.OneOf("", " ", "\r\n", "строка\nвторая", "=1+1", "\"", "\"\"", "😀€"));

    private static readonly Gen<string> Phone = Gen.Select(
        Gen.Int[0, 9_999_999],
        Gen.OneOf("7916", "8916", "+7 495 ", "7(812)"),
        (number, prefix) => prefix + number.ToString("0000000", CultureInfo.InvariantCulture));

    private static readonly Gen<(string Phone, string[] Cells)[]> Rows =
        Gen.Int[0, 5].SelectMany(columns => Gen.Select(Phone, Cell.Array[columns]).Array[1, 30]);

    [Fact]
    public void Rows_AreReadBackAsWritten()
    {
        var how = Gen.Select(
            Gen.OneOf(',', ';', '\t'),
            Gen.OneOf("utf-8", "utf-8-mark", "windows-1251", "utf-16"),
            Gen.OneOf("\n", "\r\n"),
            Gen.Bool,
            Gen.Bool,
            Gen.Int[1, 40]);
        Gen.Select(Rows, how).Sample(
            (rows, h) => CheckAsync(rows, h).GetAwaiter().GetResult(),
            iter: 1_500);
    }

    private static async Task CheckAsync(
        (string Phone, string[] Cells)[] rows, (char Separator, string Encoding, string LineEnd, bool Header, bool Quoted, int Drip) how)
    {
        // what Windows-1251 cannot write is not written in it
        var cells = rows.Select(row => (row.Phone, Cells: row.Cells.Select(cell => Writable(cell, how.Encoding)).ToArray())).ToArray();
        var names = Enumerable.Range(0, cells[0].Cells.Length).Select(i => $"колонка {i}").Prepend("телефон").ToArray();
        var text = new StringBuilder();
        if (how.Header)
        {
            Line(text, names, how);
        }

        foreach (var (phone, others) in cells)
        {
            Line(text, [phone, .. others], how);
        }

        var read = await ReadAsync(Dripping(Bytes(text.ToString(), how.Encoding), how.Drip), Russia with { BatchRows = 7, Separator = how.Separator });
        Assert.Null(read.Refusal);
        Assert.Empty(read.Rejected);
        Assert.Equal(how.Header, read.Columns?.HasHeader);
        var keys = how.Header ? names : [.. Enumerable.Range(0, names.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        Assert.Equal(
            cells.Select(row => keys.Zip([row.Phone, .. row.Cells]).ToList()),
            read.Rows.Select(row => row.Cells()));
        Assert.Equal(Enumerable.Range(1, cells.Length).Select(i => (long)i), read.Rows.Select(row => row.Row));
    }

    private static void Line(StringBuilder text, string[] cells, (char Separator, string Encoding, string LineEnd, bool Header, bool Quoted, int Drip) how)
    {
        _ = text.AppendJoin(how.Separator, cells.Select(cell =>
            how.Quoted || cell.IndexOfAny([how.Separator, '"', '\r', '\n']) >= 0
                ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : cell));
        _ = text.Append(how.LineEnd);
    }

    private static string Writable(string cell, string encoding) =>
        encoding == TextEncodings.Windows1251 ? cell.Replace("😀", "", StringComparison.Ordinal) : cell;

    private static byte[] Bytes(string text, string encoding) => encoding switch
    {
        "utf-8" => Encoding.UTF8.GetBytes(text),
        "utf-8-mark" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
        "utf-16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
        _ => TextEncodings.Find(encoding)!.GetBytes(text),
    };
}
