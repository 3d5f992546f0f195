using System.Text;
using static Dialer.Tests.PhoneLists.ListText;
using ListFile = Dialer.Silo.PhoneLists.ListFile;
using ListLimits = Dialer.Silo.PhoneLists.ListLimits;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33: files that are refused as a whole, each with one message that says what, where and how to mend it.</summary>
public sealed class ListRefusalTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lists");

    public static TheoryData<string, byte[], string> WrongKinds => new()
    {
        { "xlsx", [.. "PK\u0003\u0004"u8, 20, 0, 6, 0], "file_wrong_kind" },
        { "xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "file_wrong_kind" },
        { "pdf", [.. "%PDF-1.7\n"u8], "file_wrong_kind" },
        { "gzip", [0x1F, 0x8B, 8, 0], "file_wrong_kind" },
        { "html", [.. "\r\n<html><table><tr><td>79161234567"u8], "file_wrong_kind" },
        { "html with mark", [0xEF, 0xBB, 0xBF, .. "<?xml version='1.0'?>"u8], "file_wrong_kind" },
        { "nuls", new byte[5000], "file_binary" },
        { "utf-16 without a mark", Encoding.Unicode.GetBytes("79161234567;a\n"), "file_binary" },
        { "control signs", [.. Enumerable.Range(1, 31).Select(i => (byte)i), .. "79161234567"u8], "file_binary" },
    };

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(WrongKinds))]
    public async Task FileThatIsNoText_IsRefused(string what, byte[] bytes, string code)
    {
        var refusal = (await ReadAsync(bytes)).Refusal;
        Assert.True(code == refusal?.Code, what);
        Assert.Contains("CSV", refusal.Text.Replace("Unpack", "CSV", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\r\n\n")]
    [InlineData("  \n;;;\n")]
    public async Task EmptyFile_IsRefused(string text)
    {
        Assert.Equal("list_empty", (await ReadAsync(text)).Refusal?.Code);
    }

    [Theory]
    [InlineData("phone;name")]
    [InlineData("phone;name\n;\n\n")]
    [InlineData("sep=;\nphone;name\n")]
    public async Task OnlyAHeader_IsRefused(string text)
    {
        Assert.Equal("list_only_header", (await ReadAsync(text)).Refusal?.Code);
    }

    [Theory]
    [InlineData("79161234567,a\n79161234568,\"b\n79161234569,c\n", 2)]
    [InlineData("79161234567,a\n79161234568,\"b", 2)]
    [InlineData("phone,name\n79161234567,\"Ivan\n79161234568,\"Petr\"\n79161234569,Anna\n", 2)]
    [InlineData("\"phone,name\n79161234567,a\n", 1)]
    [InlineData("phone,\"name\n79161234567,\"a\"\n", 1)]
    public async Task UnclosedQuote_IsRefused_NamingTheLine(string text, int line)
    {
        var refusal = (await ReadAsync(text)).Refusal;
        Assert.Equal("quote_not_closed", refusal?.Code);
        Assert.StartsWith($"Line {line}:", refusal?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnclosedQuoteInALargeFile_IsRefused_InsteadOfSwallowingIt()
    {
        var rows = string.Concat(Enumerable.Repeat("79161234567,Anna\n", 50_000));
        var read = await ReadAsync(rows + "79161234568,\"Olga\n" + rows);
        Assert.Equal("row_too_long", read.Refusal?.Code);
        Assert.StartsWith("Line 50001:", read.Refusal?.Text, StringComparison.Ordinal);
        Assert.Empty(read.Rows);
    }

    [Fact]
    public async Task RowOverTheLimit_IsRefused()
    {
        var read = await ReadAsync("79161234567," + new string('x', ListLimits.MaxRecordBytes) + "\n79161234568,a\n");
        Assert.Equal("row_too_long", read.Refusal?.Code);
    }

    [Fact]
    public async Task TooManyColumns_AreRefused()
    {
        var read = await ReadAsync("79161234567" + new string(',', ListLimits.MaxColumns) + "a\n");
        Assert.Equal("too_many_columns", read.Refusal?.Code);
    }

    [Theory]
    [InlineData("phone,GMT_ZONE,gmt_zone")]
    [InlineData("phone,dialerPriority,DIALER_PRIORITY")]
    public async Task ColumnThatMeansSomething_StandsOnce(string header)
    {
        var refusal = (await ReadAsync(header + "\n79161234567,1,1\n")).Refusal;
        Assert.Equal("column_twice", refusal?.Code);
        Assert.Contains("2 and 3", refusal?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingFileAndFolder_AreRefused()
    {
        Assert.Equal("file_missing", await CodeAsync(Path.Combine(folder.FullName, "no.csv")));
        Assert.Equal("file_is_folder", await CodeAsync(folder.FullName));
    }

    [Fact]
    public async Task FileOnDisk_IsRead_AndClosed()
    {
        var path = Path.Combine(folder.FullName, "list.csv");
        await File.WriteAllTextAsync(path, "79161234567\n", TestContext.Current.CancellationToken);
        var opened = await ListFile.OpenAsync(path, Russia, CancellationToken.None);
        Assert.True(opened.IsDone);
        await using (var reader = opened.Value)
        {
            Assert.Single((await reader.ReadAsync(CancellationToken.None)).Rows);
        }

        File.Move(path, path + ".done");
        await File.WriteAllBytesAsync(path, [], TestContext.Current.CancellationToken);
        Assert.Equal("list_empty", await CodeAsync(path));
        await using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public async Task UnknownEncodingName_IsRefused()
    {
        Assert.Equal("file_encoding_unknown", (await ReadAsync("79161234567\n", Russia with { Encoding = "koi8-x" })).Refusal?.Code);
    }

    private static async Task<string?> CodeAsync(string path)
    {
        var opened = await ListFile.OpenAsync(path, Russia, CancellationToken.None);
        return opened.IsDone ? null : opened.Refusal.Code;
    }
}
