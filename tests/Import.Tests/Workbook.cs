using System.IO.Compression;
using System.Text;

namespace Dialer.Tests.PhoneLists;

/// <summary>Workbooks part by part, as spreadsheet programs write them and as they do not.</summary>
internal static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>Styles of cells: 0 plain, 1 a date, 2 a date with its time, 3 a time.</summary>
    private const string Styles =
        $"<styleSheet xmlns=\"{Main}\"><numFmts count=\"1\"><numFmt numFmtId=\"170\" formatCode=\"dd.mm.yyyy hh:mm\"/></numFmts><fonts count=\"1\"><font/></fonts>"
        + "<fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>"
        + "<cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>";

    /// <summary>A workbook of one sheet with these rows, as XML; <c>sharedStrings</c> by index.</summary>
    public static byte[] Of(string rows, params string[] texts) => OfSheet($"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>", texts);

    public static byte[] OfSheet(string sheet, params string[] texts) => OfParts(
        writer => writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + sheet),
        writer => writer.Write($"<sst xmlns=\"{Main}\">{string.Concat(texts.Select(t => $"<si><t>{t}</t></si>"))}</sst>"));

    public static byte[] OfParts(Action<TextWriter> sheet, Action<TextWriter>? texts = null)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Put(archive, "[Content_Types].xml", w => w.Write(
                $"<Types xmlns=\"{Package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                + "<Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"));
            Put(archive, "_rels/.rels", w => w.Write(Relation("officeDocument", "xl/workbook.xml")));
            Put(archive, "xl/workbook.xml", w => w.Write($"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"List\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"));
            Put(archive, "xl/_rels/workbook.xml.rels", w => w.Write(Relation("worksheet", "worksheets/sheet1.xml")));
            Put(archive, "xl/styles.xml", w => w.Write(Styles));
            if (texts is not null)
            {
                Put(archive, "xl/sharedStrings.xml", texts);
            }

            Put(archive, "xl/worksheets/sheet1.xml", sheet);
        }

        return bytes.ToArray();
    }

    private static string Relation(string type, string target) =>
        $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"rId1\" Type=\"{Office}/{type}\" Target=\"{target}\"/></Relationships>";

    private static void Put(ZipArchive archive, string name, Action<TextWriter> content)
    {
        using var writer = new StreamWriter(archive.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false));
        content(writer);
    }
}
