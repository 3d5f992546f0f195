using Dialer.Calendars;
using Dialer.Numbers;
using Dialer.Silo.PhoneLists;
using static Dialer.Tests.PhoneLists.ListText;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33, P34: rows of a list, good and bad.</summary>
public class ListFileReaderTests
{
    [Fact]
    public async Task Row_CarriesItsNumbersItsPhoneItsZoneAndEveryColumn()
    {
        var read = await ReadAsync("phone,name,sum\n\"+7 (495) 123-45-67\",Иванов,\"1,5\"\n");
        var row = Assert.Single(read.Rows);
        Assert.Equal((1, 2), (row.Row, row.Line));
        Assert.Equal(new PhoneNumber(74951234567), row.Phone);
        Assert.False(row.WasFixed);
        Assert.Equal(3, row.Priority);
        Assert.Equal(new ZoneFound("Europe/Moscow", ZoneSource.PhoneLibrary), row.Zone);
        Assert.Equal("""{"phone":"+7 (495) 123-45-67","name":"Иванов","sum":"1,5"}""", row.PayloadText);
        Assert.Equal("\"+7 (495) 123-45-67\",Иванов,\"1,5\"", System.Text.Encoding.UTF8.GetString(row.Raw.Span));
    }

    [Fact]
    public async Task FirstCellThatIsAPhone_MeansNoHeader()
    {
        var read = await ReadAsync("89161234567;Анна\n79161234568;Пётр;ещё\n");
        Assert.False(read.Columns?.HasHeader);
        Assert.Equal(["0", "1"], read.Columns?.Names);
        Assert.Equal("""{"0":"89161234567","1":"Анна"}""", read.Rows[0].PayloadText);
        Assert.Equal("""{"0":"79161234568","1":"Пётр","2":"ещё"}""", read.Rows[1].PayloadText);
        Assert.True(read.Rows[0].WasFixed);
        Assert.Equal(1, read.Rows[0].Line);
    }

    [Fact]
    public async Task FirstPhoneWithAMistake_IsABadRow_NotAHeader()
    {
        var read = await ReadAsync("7916123456\n79161234567\n");
        Assert.False(read.Columns?.HasHeader);
        Assert.Equal((1L, 1L), (read.Rejected[0].Row, read.Rejected[0].Line));
        Assert.Equal("phone_country_code", (await ReadAsync("9161234567\n79161234567\n")).Rejected[0].Code);
        Assert.Equal(new PhoneNumber(79161234567), Assert.Single(read.Rows).Phone);
    }

    [Theory]
    [InlineData("79161234567;Иванов, Иван\n79161234568;Петров, Пётр\n", ';')]
    [InlineData("79161234567;Иванов, Иван", ';')]
    [InlineData("79161234567;1,50\n79161234568;2,75\n", ';')]
    [InlineData("phone;address\n79161234567;г. Москва, ул. Ленина, д. 1\n79161234568;г. Омск, ул. Мира, д. 2\n", ';')]
    [InlineData("phone,opts\n79161234567,a;b;c\n79161234568,d;e;f\n", ',')]
    [InlineData("79161234567\tИван, да; Марья\n", '\t')]
    [InlineData("\"79161234567\";\"a,b\"\n", ';')]
    [InlineData("sep=;\r\nphone;name, full\r\n79161234567;a,b\r\n", ';')]
    [InlineData("sep=\t\n79161234567\ta,b\n", '\t')]
    [InlineData("+7 (916) 123-45-67,Ivan; Petr\n", ',')]
    [InlineData("79161234567\n79161234568\n", ',')]
    [InlineData("phone;name;sum\nnone;a;b\nnone;c,d;e\n", ';')]
    public async Task Separator_IsTheOneThatLeavesAPhoneInTheFirstColumn(string text, char separator)
    {
        Assert.Equal(separator, (await ReadAsync(text)).Columns?.Separator);
    }

    [Fact]
    public async Task Separator_CanBeGiven()
    {
        var read = await ReadAsync("79161234567|a,b\n", Russia with { Separator = '|' });
        Assert.Equal("""{"0":"79161234567","1":"a,b"}""", read.Rows[0].PayloadText);
    }

    [Fact]
    public async Task ExcelSeparatorLine_CountsAsALine()
    {
        var read = await ReadAsync("sep=;\r\nphone;name\r\n79161234567;a\r\n");
        Assert.Equal((1L, 3L), (read.Rows[0].Row, read.Rows[0].Line));
    }

    [Fact]
    public async Task HeaderNames_AreTrimmed_EmptyOnesAreIndexes_RepeatedOnesGetASuffix()
    {
        var read = await ReadAsync("phone, name ,,name,2,\n79161234567,a,b,c,d,e\n");
        Assert.Equal(["phone", "name", "2", "name_2", "2_2", "5"], read.Columns?.Names);
        Assert.Equal(["name → name_2", "2 → 2_2"], read.Columns?.Renamed);
        Assert.Equal("""{"phone":"79161234567","name":"a","2":"b","name_2":"c","2_2":"d","5":"e"}""", read.Rows[0].PayloadText);
    }

    [Fact]
    public async Task EmptyFirstHeader_IsAHeader()
    {
        var read = await ReadAsync(",name\n79161234567,a\n");
        Assert.Equal("""{"0":"79161234567","name":"a"}""", read.Rows[0].PayloadText);
    }

    [Fact]
    public async Task LongFirstHeader_IsAHeader()
    {
        var read = await ReadAsync("Номер телефона клиента с кодом страны, обязательно в первом столбце!;a\n79161234567;b\n");
        Assert.True(read.Columns?.HasHeader);
    }

    [Fact]
    public async Task MissingCells_AreEmpty_AndBlankRowsAreSkipped()
    {
        var read = await ReadAsync("phone;a;b\n\n79161234567\n;;\n   \n\r\n79161234568;x;\n;\n");
        Assert.Empty(read.Rejected);
        Assert.Equal("""{"phone":"79161234567","a":"","b":""}""", read.Rows[0].PayloadText);
        Assert.Equal((2L, 7L), (read.Rows[1].Row, read.Rows[1].Line));
    }

    [Fact]
    public async Task ExtraEmptyCells_AreIgnored_ExtraFullOnesMakeTheRowBad()
    {
        var read = await ReadAsync("phone,address\n79161234567,Moscow,,\n79161234568,Omsk, Mira 1\n");
        Assert.Equal("""{"phone":"79161234567","address":"Moscow"}""", Assert.Single(read.Rows).PayloadText);
        var bad = Assert.Single(read.Rejected);
        Assert.Equal(("row_extra_columns", 2L, 3L), (bad.Code, bad.Row, bad.Line));
        Assert.Equal("79161234568,Omsk, Mira 1", bad.Raw);
        Assert.Null(bad.Field);
    }

    [Theory]
    [InlineData("GMT_ZONE", "Asia/Omsk", "Asia/Omsk")]
    [InlineData("gmt_zone", "+3", "+03:00")]
    [InlineData("Gmt_Zone", " UTC-3:30 ", null)]
    [InlineData("GMT_ZONE", " UTC-03:30 ", "-03:30")]
    [InlineData("GMT_ZONE", "Z", "+00:00")]
    [InlineData("GMT_ZONE", "МСК+7", null)]
    [InlineData("GMT_ZONE", "3", null)]
    public async Task ZoneColumn_IsTaken_OrMakesTheRowBad(string name, string cell, string? zone)
    {
        var read = await ReadAsync($"phone;{name}\n74951234567;{cell}\n");
        if (zone is null)
        {
            var bad = Assert.Single(read.Rejected);
            Assert.Equal(("gmt_zone_bad_format", name), (bad.Code, bad.Field));
            return;
        }

        var row = Assert.Single(read.Rows);
        Assert.Equal(new ZoneFound(zone, ZoneSource.ListColumn), row.Zone);
        Assert.Equal([("phone", "74951234567"), (name, cell)], row.Cells());
    }

    [Fact]
    public async Task EmptyZoneCell_LeavesTheZoneToTheNumber()
    {
        var read = await ReadAsync("phone;GMT_ZONE\n74951234567;\n74951234568; \n74951234569\n");
        Assert.All(read.Rows, row => Assert.Equal(ZoneSource.PhoneLibrary, row.Zone.Source));
        Assert.Equal(3, read.Rows.Count);
    }

    [Theory]
    [InlineData("DIALER_PRIORITY", "1", 1)]
    [InlineData("dialer_priority", " 5 ", 5)]
    [InlineData("dialerPriority", "2", 2)]
    [InlineData("DialerPriority", "", 3)]
    [InlineData("DIALER_PRIORITY", "0", 0)]
    [InlineData("DIALER_PRIORITY", "6", 0)]
    [InlineData("DIALER_PRIORITY", "1.0", 0)]
    [InlineData("DIALER_PRIORITY", "high", 0)]
    public async Task PriorityColumn_IsOneToFive_OrMakesTheRowBad(string name, string cell, byte priority)
    {
        var read = await ReadAsync($"phone;{name}\n79161234567;{cell}\n");
        if (priority == 0)
        {
            var bad = Assert.Single(read.Rejected);
            Assert.Equal(("priority_bad", name), (bad.Code, bad.Field));
        }
        else
        {
            Assert.Equal(priority, Assert.Single(read.Rows).Priority);
        }
    }

    [Theory]
    [InlineData("7.9161234567E10", "phone_scientific")]
    [InlineData("7,9161234567E+10", "phone_scientific")]
    [InlineData("79161234567.0", "phone_decimal")]
    [InlineData("", "phone_empty")]
    [InlineData("нет", "phone_characters")]
    [InlineData("112", "phone_too_short")]
    [InlineData("9161234567", "phone_country_code")]
    [InlineData("+7 000 123-45-67", "phone_invalid")]
    public async Task BadPhone_IsListedWithItsReason(string cell, string code)
    {
        var read = await ReadAsync($"телефон;имя\n79161234567;a\n{cell};b\n79161234568;c\n");
        Assert.Equal(2, read.Rows.Count);
        var bad = Assert.Single(read.Rejected);
        Assert.Equal((code, "телефон", 2L, 3L), (bad.Code, bad.Field, bad.Row, bad.Line));
        Assert.Equal($"{cell};b", bad.Raw);
        Assert.NotEmpty(bad.Text);
    }

    [Fact]
    public async Task ScientificNotation_SaysThatExcelDidIt()
    {
        var read = await ReadAsync("phone\n7.9161234567E10\n");
        Assert.Contains("Excel", Assert.Single(read.Rejected).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuotesInsideUnquotedText_AreText()
    {
        var read = await ReadAsync("79161234567;ООО \"Ромашка\"\n");
        Assert.Equal(("1", "ООО \"Ромашка\""), Assert.Single(read.Rows).Cells()[1]);
    }

    [Fact]
    public async Task TextBehindAClosingQuote_MakesTheRowBad()
    {
        var read = await ReadAsync("79161234567;\"ООО \"Ромашка\"\"\n79161234568;ok\n");
        Assert.Equal(("row_bad_quotes", 1L), (Assert.Single(read.Rejected).Code, read.Rejected[0].Row));
        Assert.Single(read.Rows);
    }

    [Fact]
    public async Task CellOfSeveralLines_IsOneCell_AndLinesGoOnCounting()
    {
        var read = await ReadAsync("phone,note\n79161234567,\"a\nb\"\n79161234568,c\n");
        Assert.Equal(("note", "a\nb"), read.Rows[0].Cells()[1]);
        Assert.Equal((2L, 4L), (read.Rows[1].Row, read.Rows[1].Line));
    }

    [Fact]
    public async Task QuoteThatSwallowsRows_MakesTheRowBad_WhenTheRecordLooksProper()
    {
        var read = await ReadAsync("79161234567,\"Ivan\n79161234568,Petr\n79161234569,Anna\"\n79161234560,Olga\n");
        Assert.Equal(("row_swallows_rows", 1L), (Assert.Single(read.Rejected).Code, read.Rejected[0].Line));
        Assert.Equal(4, Assert.Single(read.Rows).Line);
    }

    [Fact]
    public async Task ZeroByteInARow_MakesTheRowBad()
    {
        var text = "phone;a\n" + string.Concat(Enumerable.Repeat("79161234567;b\n", 6_000)) + "79161234568;c\0\n";
        var read = await ReadAsync(text);
        Assert.Equal("row_binary", Assert.Single(read.Rejected).Code);
        Assert.DoesNotContain('\0', read.Rejected[0].Raw);
        Assert.Equal(6_000, read.Rows.Count);
    }

    [Theory]
    [InlineData("79161234567,a\r\n79161234568,b\r\n")]
    [InlineData("79161234567,a\r79161234568,b\r")]
    [InlineData("79161234567,a\n79161234568,b")]
    public async Task LineEnds_OfAnySystem(string text)
    {
        var read = await ReadAsync(text);
        Assert.Equal([1L, 2L], read.Rows.Select(row => row.Line));
        Assert.Equal(("1", "b"), read.Rows[1].Cells()[1]);
    }

    /// <summary>By it the row is found when the phone is erased.</summary>
    [Theory]
    [InlineData("79161234567;nowhere;", 79_161_234_567)]
    [InlineData("79161234567;;6", 79_161_234_567)]
    [InlineData("8 (916) 123-45-67;;6", 79_161_234_567)]
    [InlineData("79161234567;;;more", 79_161_234_567)]
    [InlineData("79161234567;\"a\"b;", 79_161_234_567)]
    [InlineData("\"79161234567\"x;;", 0)]
    [InlineData("9161234567;;", 79_161_234_567)]
    [InlineData("(916) 123-45-67;;", 79_161_234_567)]
    [InlineData("79161234567.0;;", 79_161_234_567)]
    [InlineData("\"79161234567,00\";;", 79_161_234_567)]
    [InlineData("7.9161234567E10;;", 0)]
    [InlineData("112;;", 0)]
    [InlineData("нет;;6", 0)]
    [InlineData(";nowhere;", 0)]
    [InlineData("79161234567;\"a\n79161234568;b\";", -1)]
    public async Task RejectedRow_KnowsItsPhone_P57(string row, long phone)
    {
        var read = await ReadAsync($"phone;GMT_ZONE;DIALER_PRIORITY\n79161234569;;\n{row}\n");
        Assert.Equal(phone, Assert.Single(read.Rejected).Phone.Value);
    }

    [Fact]
    public async Task RejectedRow_PrintsNoPhone()
    {
        var bad = Assert.Single((await ReadAsync("phone\n9161234567\n")).Rejected);
        Assert.Equal("row 1, line 2: phone_country_code", bad.ToString());
    }

    [Fact]
    public async Task Reading_CanBeCancelled()
    {
        var text = "phone\n" + string.Concat(Enumerable.Repeat("79161234567\n", 50_000));
        var opened = await ListFile.OpenAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), Russia with { BatchRows = 100_000 }, false, CancellationToken.None);
        await using var reader = opened.Value!;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Batches_HoldNoMoreThanAsked_AndTellTheProgress()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes("phone\n" + string.Concat(Enumerable.Repeat("79161234567\nbad\n", 25)));
        var opened = await ListFile.OpenAsync(new MemoryStream(bytes), Russia with { BatchRows = 20 }, leaveOpen: false, CancellationToken.None);
        await using var reader = opened.Value!;
        Assert.Equal(bytes.Length, reader.BytesTotal);
        var sizes = new List<int>();
        ListBatch batch;
        do
        {
            batch = await reader.ReadAsync(CancellationToken.None);
            sizes.Add(batch.Rows.Count + batch.Rejected.Count);
        }
        while (!batch.IsLast);

        Assert.Equal([20, 20, 10], sizes);
        Assert.Equal(bytes.Length, reader.BytesRead);
        Assert.Empty((await reader.ReadAsync(CancellationToken.None)).Rows);
    }
}
