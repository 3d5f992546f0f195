using System.Globalization;
using System.IO.Compression;
using Dialer.Silo.PhoneLists;
using static Dialer.Tests.PhoneLists.ListText;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33: XLSX by the rules of CSV; workbooks that are none, or bombs.</summary>
public class WorkbookTests
{
    [Fact]
    public async Task Cells_AreReadAsPeopleSeeThem_WithoutExponents()
    {
        var read = await ReadAsync(Workbook.Of(
            """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>born</t></is></c><c r="C1" t="str"><v>at</v></c><c r="D1" t="str"><v>call</v></c><c r="E1" t="str"><v>sum</v></c><c r="F1" t="str"><v>ok</v></c><c r="G1" t="str"><v>n</v></c></row>
            <row r="2"><c r="A2"><v>79161234567</v></c><c r="B2" s="1"><v>45000</v></c><c r="C2" s="2"><v>45000.5</v></c><c r="D2" s="3"><v>0.75</v></c><c r="E2"><v>0.1</v></c><c r="F2" t="b"><v>1</v></c><c r="G2"><v>123456789012345678</v></c></row>
            <row r="3"><c r="A3"><v>7.9161234568E+10</v></c><c r="G3"><f>1+1</f><v>2</v></c></row>
            """,
            "phone"));
        Assert.Equal(("xlsx", true), (read.Columns!.Encoding, read.Columns.HasHeader));
        Assert.Equal([79161234567, 79161234568], read.Rows.Select(r => r.Phone.Value));
        Assert.Equal(
            [("phone", "79161234567"), ("born", "2023-03-15"), ("at", "2023-03-15 12:00:00"), ("call", "18:00:00"), ("sum", "0.1"), ("ok", "TRUE"), ("n", "123456789012345680")],
            read.Rows[0].Cells().Select(c => (c.Key, c.Key == "n" ? c.Value[..15] + "680" : c.Value)));
        Assert.Equal([("phone", "79161234568"), ("born", ""), ("at", ""), ("call", ""), ("sum", ""), ("ok", ""), ("n", "2")], read.Rows[1].Cells());
        Assert.DoesNotContain("E+", read.Rows[1].PayloadText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparseRows_KeepTheirColumns_AndBadRowsTheirPlaceInTheSheet_P34()
    {
        // the sheet says that it is narrower than it is, and has gaps
        var read = await ReadAsync(Workbook.OfSheet(
            """
            <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>
            <row r="1"><c r="A1" t="str"><v>phone</v></c><c r="B1" t="str"><v>name</v></c><c r="C1" t="str"><v>city</v></c></row>
            <row r="3"><c r="A3"><v>79161234567</v></c><c r="C3" t="str"><v>Omsk
            79161234500	x</v></c><c r="XFD3" s="1"/></row>
            <row r="7"><c r="B7" t="str"><v>=cmd</v></c></row>
            <row r="8"><c r="A8" t="str"><v>8 (916) 123-45-68</v></c></row>
            </sheetData></worksheet>
            """));
        Assert.Equal([(1L, 3L, false), (3L, 8L, true)], read.Rows.Select(r => (r.Row, r.Line, r.WasFixed)));
        Assert.Equal("Omsk\n79161234500\tx", read.Rows[0].Cells()[2].Value.Replace("\r", "", StringComparison.Ordinal));
        var bad = Assert.Single(read.Rejected);
        Assert.Equal((2L, 7L, "\t=cmd"), (bad.Row, bad.Line, bad.Raw));
    }

    [Fact]
    public async Task WithoutReferencesAndHeader_ColumnsFollowEachOther()
    {
        var read = await ReadAsync(Workbook.Of("<row><c><v>79161234567</v></c><c t=\"str\"><v>a</v></c></row><row><c><v>79161234568</v></c><c t=\"str\"><v>b</v></c></row>"));
        Assert.False(read.Columns!.HasHeader);
        Assert.Equal([("0", "79161234568"), ("1", "b")], read.Rows[1].Cells());
    }

    [Fact]
    public async Task FileOfThisMachine_MayBeAWorkbook_WhateverItsName()
    {
        var folder = Directory.CreateTempSubdirectory("lists");
        var path = Path.Combine(folder.FullName, "list.csv");
        await File.WriteAllBytesAsync(path, Workbook.Of("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c></row>"), TestContext.Current.CancellationToken);
        var opened = await ListFile.OpenAsync(path, Russia, CancellationToken.None);
        Assert.True(opened.IsDone);
        await using (opened.Value)
        {
            Assert.Single((await opened.Value.ReadAsync(CancellationToken.None)).Rows);
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("", "list_empty")]
    [InlineData("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>phone</v></c></row>", "list_only_header")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c><c r=\"GS1\"><v>1</v></c></row>", "too_many_columns")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c><c r=\"XFD1\"><v>1</v></c><c r=\"GS1\"><v>1</v></c></row>", "too_many_columns")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c></row><row r=\"2000000\"><c r=\"A2000000\"><v>1</v></c></row>", "workbook_too_many_rows")]
    [InlineData("<row r=\"1\"><c r=\"A1\" t=\"str\"><v><![CDATA[x]]></v></c></row>", "workbook_odd")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c>", "workbook_broken")]
    public async Task SheetThatIsNoList_IsRefused(string rows, string code) => Assert.Equal(code, (await ReadAsync(Workbook.Of(rows))).Refusal?.Code);

    [Fact]
    public async Task DocumentType_IsRefused_BeforeItsEntitiesAreRead()
    {
        var read = await ReadAsync(Workbook.OfSheet("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><worksheet><sheetData/></worksheet>"));
        Assert.Equal("workbook_odd", read.Refusal?.Code);
    }

    [Fact]
    public async Task CellWithoutEnd_IsRefused()
    {
        var read = await ReadAsync(Workbook.Of($"<row r=\"1\"><c r=\"A1\" t=\"str\"><v>{new string('x', 400_000)}</v></c></row>"));
        Assert.Equal("workbook_cell_too_long", read.Refusal?.Code);
    }

    [Fact]
    public async Task ArchiveBomb_IsRefusedByWhatItSays_AndByWhatItIs()
    {
        var bomb = Workbook.OfParts(w =>
        {
            var text = string.Concat(Enumerable.Repeat("<row r=\"1\"></row>", 60_000));
            for (var i = 0; i < 530; i++)
            {
                w.Write(text);
            }
        });
        Assert.True(bomb.Length < 20 << 20, bomb.Length.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("workbook_too_large", (await ReadAsync(bomb)).Refusal?.Code);

        Assert.Contains((await ReadAsync(Lie(bomb))).Refusal?.Code, new[] { "workbook_too_large", "workbook_broken", "file_wrong_kind" });
    }

    [Fact]
    public async Task ArchiveThatIsNoWorkbook_IsRefused()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("list.csv").Open().Dispose();
        }

        Assert.Equal("file_wrong_kind", (await ReadAsync(bytes.ToArray())).Refusal?.Code);
        var cut = Workbook.Of("<row r=\"1\"><c r=\"A1\"><v>79161234567</v></c></row>");
        Assert.Equal("file_wrong_kind", (await ReadAsync(cut[..^40])).Refusal?.Code);
        Assert.Equal("file_wrong_kind", (await ReadAsync(Dripping(cut, 7))).Refusal?.Code);
    }

    /// <summary>The same archive, whose directory says that its largest part is small.</summary>
    private static byte[] Lie(byte[] archive)
    {
        var lying = archive.ToArray();
        for (var at = 0; (at = lying.AsSpan(at).IndexOf("PK\u0001\u0002"u8) + at) >= 0 && at + 46 < lying.Length && lying.AsSpan(at).StartsWith("PK\u0001\u0002"u8); at += 46)
        {
            if (BitConverter.ToUInt32(lying, at + 24) > 100 << 20)
            {
                BitConverter.GetBytes(1000u).CopyTo(lying, at + 24);
            }
        }

        return lying;
    }
}
