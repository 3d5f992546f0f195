using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Silo.Storage;
using Dialer.Tests.PhoneLists;

namespace Dialer.Tests.Lists;

/// <summary><c>/api/v1/phone-lists</c> and <c>/api/v1/operations</c> (P33–P36).</summary>
public class UploadTests(Rigs rigs)
{
    private const string Path = "/api/v1/phone-lists";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Theory, BothEngines]
    public async Task Csv_IsImportedAfterTheAnswer_AndItsBadRowsAreDownloaded_P33_P34_P35(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var phones = GatewayRig.Phones(3);
        var text = $"phone;name\n{phones[0]};Анна\n=HYPERLINK(\"x\");Борис\n{phones[0]};Анна\n{phones[1]};Вера\n+{phones[2]};\"Г;\n я\"\n12;\n";
        using var answer = await client.PostAsync($"{Path}?name=%D0%92%D0%B5%D1%81%D0%BD%D0%B0&basis=consent%202026", Body(text));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var made = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal($"/api/v1/operations/{made["operation"]}", answer.Headers.Location?.OriginalString);

        var done = await DoneAsync(client, made);
        Assert.Equal(("done", 1.0, $"{Path}/{made["id"]}", "importPhoneList"), ((string?)done["status"], (double)done["progress"]!, (string?)done["result"], (string?)done["kind"]));
        var list = await client.GetAsync((string)done["result"]!).JsonAsync();
        Assert.Equal(
            ("Весна", "ready", 6, 3, 1, 2, "consent 2026"),
            ((string?)list["name"], (string?)list["status"], (int)list["rows"]!, (int)list["accepted"]!, (int)list["duplicates"]!, (int)list["rejected"]!, (string?)list["basis"]));

        using var rejected = await client.GetAsync($"{Path}/{made["id"]}/rejected");
        Assert.Equal("text/csv", rejected.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Весна rejected.csv", rejected.Content.Headers.ContentDisposition?.FileNameStar);
        var lines = (await rejected.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal("row,line,code,reason,content", lines[0].TrimStart('\uFEFF'));
        Assert.Equal(["2,3", "3,4", "6,8"], lines[1..4].Select(l => string.Join(',', l.Split(',')[..2])));
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\");Борис\"", lines[1], StringComparison.Ordinal);

        // used as any list, listed newest first, deleted
        var campaign = await rig.CampaignAsync(c => c with { List = new ListId(long.Parse((string)made["id"]!, System.Globalization.CultureInfo.InvariantCulture)) });
        Assert.NotNull(campaign.Settings.List);
        var listed = await client.GetAsync(Path + "?limit=1").JsonAsync();
        Assert.Equal((string?)made["id"], (string?)listed["items"]![0]!["id"]);
        using var deleted = await client.DeleteAsync($"{Path}/{made["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await client.GetAsync($"{Path}/{made["id"]}").ProblemAsync(HttpStatusCode.NotFound, "list_not_found");
        await client.GetAsync($"/api/v1/operations/{made["id"]}").ProblemAsync(HttpStatusCode.NotFound, "operation_not_found");
        AssertNoSpool(rig);
    }

    [Fact]
    public async Task FormWithAFile_InWindows1251_IsImported_UnderTheFilesName()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var phone = GatewayRig.Phones(1)[0];
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding(1251)!.GetBytes($"телефон;имя\n{phone};Ёлкина\nплохой;Ёж\n");
        using var form = new MultipartFormDataContent { { new StringContent("договор 7"), "basis" }, { new ByteArrayContent(bytes), "file", "клиенты.csv" } };
        var made = await client.PostAsync(Path, form).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal("done", (string?)(await DoneAsync(client, made))["status"]);
        var list = await client.GetAsync($"{Path}/{made["id"]}").JsonAsync();
        Assert.Equal(("клиенты", 1, 1, "договор 7"), ((string?)list["name"], (int)list["accepted"]!, (int)list["rejected"]!, (string?)list["basis"]));
        Assert.Contains("плохой;Ёж", await client.GetStringAsync($"{Path}/{made["id"]}/rejected"), StringComparison.Ordinal);

        using var two = new MultipartFormDataContent { { new StringContent("1"), "file", "a.csv" }, { new StringContent("2"), "file", "b.csv" } };
        await client.PostAsync(Path + "?name=x", two).ProblemAsync(HttpStatusCode.BadRequest, "bad_form");
        using var none = new MultipartFormDataContent { { new StringContent("x"), "name" } };
        await client.PostAsync(Path, none).ProblemAsync(HttpStatusCode.BadRequest, "bad_form");
        using var cut = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n79161234567");
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        await client.PostAsync(Path + "?name=x", cut).ProblemAsync(HttpStatusCode.BadRequest, "bad_form");
        AssertNoSpool(rig);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workbook_IsImported_RawAndByForm_P33(bool isForm)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var phones = GatewayRig.Phones(2);
        var book = Workbook.Of(
            $"""<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2"><v>{phones[0]}</v></c><c r="B2" t="s"><v>2</v></c></row><row r="5"><c r="A5"><v>{phones[1]}</v></c></row><row r="6"><c r="A6"><v>12</v></c></row>""",
            "phone", "name", "Анна");
        var made = await client.PostAsync(Path + "?name=book", isForm ? new MultipartFormDataContent { { new ByteArrayContent(book), "f", "b.xlsx" } } : Body(book, Xlsx)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal("done", (string?)(await DoneAsync(client, made))["status"]);
        var list = await client.GetAsync($"{Path}/{made["id"]}").JsonAsync();
        Assert.Equal((3, 2, 1), ((int)list["rows"]!, (int)list["accepted"]!, (int)list["rejected"]!));
        Assert.Contains("\r\n3,6,", await client.GetStringAsync($"{Path}/{made["id"]}/rejected"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesThatAreNoLists_AreRefused_WithAReason()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        await client.PostAsync(Path + "?name=x", Wire.Json("{}")).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "media_type");
        await client.PostAsync(Path + "?name=x", null).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "media_type");
        await client.PostAsync(Path + "?name=x", Body("")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "list_empty");
        await client.PostAsync(Path + "?name=x", Body("%PDF-1.7 …")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "file_wrong_kind");
        await client.PostAsync(Path + "?name=x&encoding=koi8", Body("79161234567")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "file_encoding_unknown");
        var unnamed = await client.PostAsync(Path, Body("79161234567")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal("/name", (string?)unnamed["errors"]![0]!["pointer"]);

        // found out while it is imported
        var broken = await client.PostAsync(Path + "?name=broken", Body("79161234567,a\n79161234568,\"b\n")).JsonAsync(HttpStatusCode.Accepted);
        var failed = await DoneAsync(client, broken);
        Assert.Equal(("failed", "quote_not_closed"), ((string?)failed["status"], (string?)failed["error"]!["code"]));
        var list = await client.GetAsync($"{Path}/{broken["id"]}").JsonAsync();
        Assert.Equal(("failed", 0, "quote_not_closed"), ((string?)list["status"], (int)list["accepted"]!, (string?)list["error"]!["code"]));
        await client.PostAsync($"/api/v1/operations/{broken["id"]}/cancel", null).ProblemAsync(HttpStatusCode.Conflict, "import_over");
        AssertNoSpool(rig);
    }

    [Fact]
    public async Task FormOver20Mb_IsRefused_AndACsvOfThatSizeIsTaken_P33()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var large = new byte[21 << 20];
        Array.Fill(large, (byte)'\n');
        Encoding.ASCII.GetBytes("79161234567\n").CopyTo(large, 0);
        await client.PostAsync(Path + "?name=x", new MultipartFormDataContent { { new ByteArrayContent(large), "file", "a.csv" } }).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");

        // whoever does not say how much it is
        using var form = new MultipartFormDataContent { { new ByteArrayContent(large), "file", "a.csv" } };
        using var unsaid = new HttpRequestMessage(HttpMethod.Post, Path + "?name=x") { Content = form, Headers = { TransferEncodingChunked = true } };
        await client.SendAsync(unsaid).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");

        var made = await client.PostAsync(Path + "?name=x", Body(large, "text/csv")).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal("done", (string?)(await DoneAsync(client, made))["status"]);
        "PK\u0003\u0004"u8.CopyTo(large);
        await client.PostAsync(Path + "?name=x", Body(large, "text/csv")).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        AssertNoSpool(rig);
    }

    [Fact]
    public async Task ArchiveBomb_Fails_WithItsReason()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var text = string.Concat(Enumerable.Repeat("<row r=\"1\"></row>", 60_000));
        var bomb = Workbook.OfParts(w =>
        {
            for (var i = 0; i < 530; i++)
            {
                w.Write(text);
            }
        });
        var made = await client.PostAsync(Path + "?name=bomb", Body(bomb, Xlsx)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(("failed", "workbook_too_large"), Told(await DoneAsync(client, made)));
    }

    [Theory, BothEngines]
    public async Task CancelInTheMiddle_LeavesNothing_P35(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var rows = new StringBuilder("phone,name\n");
        for (var i = 0; i < 400_000; i++)
        {
            rows.Append(79_300_000_000 + i).Append(",Name ").Append(i).Append('\n');
        }

        var made = await client.PostAsync(Path + "?name=long", Body(rows.ToString())).JsonAsync(HttpStatusCode.Accepted);
        var address = $"/api/v1/operations/{made["operation"]}";
        await Until.GetAsync(
            () => client.GetAsync(address).JsonAsync(), o => (double)o["progress"]! > 0 && (string?)o["status"] == "running", "it is being imported", null, o => o.ToJsonString());
        Assert.Equal(("cancelled", "import_cancelled"), Told(await client.PostAsync(address + "/cancel", null).JsonAsync()));
        Assert.Equal("cancelled", (string?)(await client.PostAsync(address + "/cancel", null).JsonAsync())["status"]);
        var list = new ListId(long.Parse((string)made["id"]!, System.Globalization.CultureInfo.InvariantCulture));
        var database = rig.Get<IDatabase>();
        await Until.TrueAsync(
            async () => Convert.ToInt64(
                await database.ReadAsync(c => c.ScalarAsync("select (select count(*) from list_row where list = @list) + (select count(*) from list_rejected where list = @list)", ("list", list.Value))),
                System.Globalization.CultureInfo.InvariantCulture) == 0,
            "no row is left");
        Assert.Equal(("cancelled", "import_cancelled"), Told(await client.GetAsync(address).JsonAsync()));
        AssertNoSpool(rig);
    }

    [Fact]
    public async Task SameKey_IsTheSameList_P48()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var ids = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path + "?name=once") { Content = Body("79161234567"), Headers = { { "Idempotency-Key", "upload-1" } } };
            ids.Add((string?)(await client.SendAsync(request).JsonAsync(HttpStatusCode.Accepted))["id"]);
        }

        Assert.Equal(ids[0], ids[1]);
        using var other = new HttpRequestMessage(HttpMethod.Post, Path + "?name=other") { Content = Body("79161234567"), Headers = { { "Idempotency-Key", "upload-1" } } };
        await client.SendAsync(other).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task Viewer_ReadsAndDoesNotUpload_P52()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        using var viewer = await rig.ClientAsync(AccessRole.Viewer);
        var made = await client.PostAsync(Path + "?name=seen", Body("79161234567")).JsonAsync(HttpStatusCode.Accepted);
        await DoneAsync(viewer, made);
        await viewer.GetAsync($"{Path}/{made["id"]}").JsonAsync();
        await viewer.PostAsync(Path + "?name=x", Body("79161234567")).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await viewer.DeleteAsync($"{Path}/{made["id"]}").ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await viewer.PostAsync($"/api/v1/operations/{made["id"]}/cancel", null).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task ProcessThatEnds_LeavesNoHalfList_AndSaysSo_P35()
    {
        await using var engines = new Engines();
        var storage = await engines.NewAsync(StorageEngine.Sqlite);
        string address;
        await using (var rig = await GatewayRig.StartAsync(storage))
        {
            using var client = await rig.ClientAsync(AccessRole.Operator);
            var rows = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{79_400_000_000 + i},n\n"));
            var made = await client.PostAsync(Path + "?name=long", Body(rows)).JsonAsync(HttpStatusCode.Accepted);
            address = $"/api/v1/operations/{made["operation"]}";
        }

        await using var next = await GatewayRig.StartAsync(storage);
        using var again = await next.ClientAsync(AccessRole.Viewer);
        Assert.Equal(("failed", "import_cut_short"), Told(await again.GetAsync(address).JsonAsync()));
        AssertNoSpool(next);
    }

    private static (string?, string?) Told(JsonNode operation) => ((string?)operation["status"], (string?)operation["error"]?["code"]);

    private static Task<JsonNode> DoneAsync(HttpClient client, JsonNode made) => Until.GetAsync(
        () => client.GetAsync($"/api/v1/operations/{made["operation"]}").JsonAsync(), o => (string?)o["status"] != "running", "the import is over", null, o => o.ToJsonString());

    private static ByteArrayContent Body(string text) => Body(Encoding.UTF8.GetBytes(text), "text/csv");

    private static ByteArrayContent Body(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    /// <summary>Temporary files have no name: there is nothing to be left behind.</summary>
    private static void AssertNoSpool(GatewayRig rig) => Assert.Empty(Directory.EnumerateFileSystemEntries(System.IO.Path.Combine(rig.Storage.DataDirectory, "spool")));
}
