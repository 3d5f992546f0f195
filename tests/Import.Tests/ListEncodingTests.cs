using System.Text;
using Dialer.Silo.PhoneLists;
using static Dialer.Tests.PhoneLists.ListText;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33: UTF-8 with or without a mark, Windows-1251, UTF-16 with a mark.</summary>
public class ListEncodingTests
{
    private const string Text = "телефон;имя\n79161234567;Пётр Щукин\n";

    private static readonly Encoding Cyrillic = TextEncodings.Find(TextEncodings.Windows1251)!;

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("windows-1251", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16be", true)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32be", true)]
    public async Task Encoding_IsFoundOut(string name, bool mark)
    {
        var encoding = name == "utf-8" ? new UTF8Encoding(mark) : TextEncodings.Find(name)!;
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)];
        foreach (var stream in new[] { new MemoryStream(bytes), Dripping(bytes, 7) })
        {
            var read = await ReadAsync(stream);
            Assert.Null(read.Refusal);
            Assert.Equal(name, read.Columns?.Encoding);
            Assert.Equal([("телефон", "79161234567"), ("имя", "Пётр Щукин")], Assert.Single(read.Rows).Cells());
        }
    }

    [Fact]
    public async Task SeekableFile_IsJudgedAsAWhole()
    {
        // nothing but ASCII for longer than the sample, then one word of Windows-1251
        byte[] bytes = [.. Encoding.ASCII.GetBytes(AsciiRows()), .. Cyrillic.GetBytes("79161234568;Щукин\n")];
        var read = await ReadAsync(bytes);
        Assert.Equal(TextEncodings.Windows1251, read.Columns?.Encoding);
        Assert.Equal(("1", "Щукин"), read.Rows[^1].Cells()[1]);
    }

    [Fact]
    public async Task StreamThatTurnsOutNotToBeUtf8_IsRefused_NamingTheLine()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(AsciiRows()), .. Cyrillic.GetBytes("79161234568;Щукин\n")];
        var read = await ReadAsync(Dripping(bytes, 4_000));
        Assert.Equal("file_encoding_mixed", read.Refusal?.Code);
        Assert.Contains("line 10001 ", read.Refusal?.Text, StringComparison.Ordinal);
        Assert.Empty(read.Rows);
    }

    [Fact]
    public async Task StreamWithAGivenEncoding_IsTakenAtItsWord()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(AsciiRows()), .. Cyrillic.GetBytes("79161234568;Щукин\n")];
        var read = await ReadAsync(Dripping(bytes, 4_000), Russia with { Encoding = TextEncodings.Windows1251 });
        Assert.Equal(("1", "Щукин"), read.Rows[^1].Cells()[1]);
    }

    [Fact]
    public async Task MarkOfUtf8_ThatLies_IsRefused()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Cyrillic.GetBytes("79161234568;Щукин\n")];
        Assert.Equal("file_encoding_mixed", (await ReadAsync(bytes)).Refusal?.Code);
    }

    [Fact]
    public async Task TextCutInsideACharacter_IsNotUtf8()
    {
        // "Я" of Windows-1251 alone looks like the beginning of a character of UTF-8
        var bytes = Cyrillic.GetBytes("79161234568;Я");
        foreach (var stream in new[] { new MemoryStream(bytes), Dripping(bytes, 5) })
        {
            Assert.Equal(("1", "Я"), Assert.Single((await ReadAsync(stream)).Rows).Cells()[1]);
        }
    }

    [Fact]
    public async Task StreamThatEndsInsideACharacter_IsRefused()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(AsciiRows()), .. Cyrillic.GetBytes("79161234568;Я")];
        Assert.Equal("file_encoding_mixed", (await ReadAsync(Dripping(bytes, 4_000))).Refusal?.Code);
    }

    [Fact]
    public async Task CharacterCutByTheSample_IsWhole()
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = "79161234567;" + new string('x', shift) + "\n";
            text += string.Concat(Enumerable.Repeat("79161234567;Щ€😀\n", 6_000));
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(6_001, (await ReadAsync(bytes)).Rows.Count);
            Assert.Equal(6_001, (await ReadAsync(Dripping(bytes, 1_001))).Rows.Count);
        }
    }

    private static string AsciiRows() => string.Concat(Enumerable.Repeat("79161234567;Anna\n", 10_000));
}
