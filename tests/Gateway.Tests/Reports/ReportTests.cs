using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using CsvHelper;
using Dialer.Access;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Silo.Storage;
using MiniExcelLibs;

namespace Dialer.Tests.Reports;

/// <summary><c>/api/v1/campaigns/{id}/reports</c> (P50).</summary>
public class ReportTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Reports_HavePayloadAndReportData_AndNoFormulas_P50(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var channel = await rig.ChannelAsync();
        var long300 = new string('h', 300);
        var data = $$"""{"оценка":{"value":5,"order":1},"=cmd":{"value":"=1+1","order":-1},"{{long300}}":{"value":"{{new string('v', 31_000)}}","order":2},"phone":{"value":"x"} }""";
        rig.Carrier.Trunk(channel).OnDial = c => c.Reach(new BotReply { CallResult = "=ok", ReportDataJson = data });
        var campaign = await rig.CampaignAsync(c => c with { Name = "Весна/2026: \"a\"" }, channel);
        var phones = GatewayRig.Phones(3);
        var jobs = await AddAsync(
            rig, campaign.Id,
            new NewJob { Phone = new(phones[0]), Payload = """{"имя":"Анна","=x":"@sum","n":{"a":[1]},"tel":"+7 916"}""" },
            new NewJob { Phone = new(phones[1]), Payload = """{"extra":"-2+3","имя":"Борис"}""" },
            new NewJob { Phone = new(phones[2]), StartAt = UnixTime.From(rig.Clock.GetUtcNow() + TimeSpan.FromDays(1)) });
        await StartAsync(rig, campaign.Id, final: 2);

        var (name, rows) = await CsvAsync(client, campaign.Id, "jobs.csv");
        Assert.Equal("Весна 2026 a jobs.csv", name);
        Assert.Equal(
            ["payload:имя", "payload:=x", "payload:n", "payload:tel", "payload:extra", "'=cmd", "phone (2)", "оценка", new string('h', 255)], rows[0][20..]);
        Assert.Equal(jobs.Select(j => j.ToString()), rows[1..].Select(r => r[0]));
        Assert.Equal((phones[0].ToString(CultureInfo.InvariantCulture), "final", "reachedWithResult", "1"), (rows[1][1], rows[1][2], rows[1][3], rows[1][5]));
        Assert.Equal("1", rows[1][6]);
        Assert.Equal(["call_result", "call_result_payload", "tag", "tag_payload"], rows[0][16..20]);
        Assert.Equal(["'=ok", "", "", ""], rows[1][16..20]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+03:00$", rows[1][7]);
        Assert.Equal(["Анна", "'@sum", """{"a":[1]}""", "+7 916", "", "'=1+1", "x", "5"], rows[1][20..28]);
        Assert.Equal(30_000, rows[1][28].Length);
        Assert.Equal(["Борис", "", "", "", "'-2+3"], rows[2][20..25]);
        Assert.Equal(("waiting", "", ""), (rows[3][2], rows[3][3], rows[3][20]));
        Assert.Equal([jobs[2].ToString()], (await CsvAsync(client, campaign.Id, "jobs.csv?status=waiting")).Rows[1..].Select(r => r[0]));

        var attempts = (await CsvAsync(client, campaign.Id, "attempts.csv")).Rows;
        Assert.Equal([jobs[0].ToString(), jobs[1].ToString()], attempts[1..].Select(r => r[0]));
        Assert.Equal(("1", "answered", "'=ok", "Анна", "'=1+1"), (attempts[1][4], attempts[1][10], attempts[1][18], attempts[1][25], attempts[1][30]));

        foreach (var (report, expected) in new[] { ("jobs", rows), ("attempts", attempts) })
        {
            var book = await client.GetByteArrayAsync($"/api/v1/campaigns/{campaign.Id}/reports/{report}.xlsx");
            Assert.Equal(expected, [.. MiniExcel.Query(new MemoryStream(book), false, null, ExcelType.XLSX).Cast<IDictionary<string, object?>>()
                .Select(r => r.Values.Select(v => v is null ? "" : Assert.IsType<string>(v)).ToArray())]);
            AssertOnlyTexts(book);
        }

        // what waits when a campaign is finished has ended, in the filter too
        await rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value).FinishAsync("test");
        var ended = (await CsvAsync(client, campaign.Id, "jobs.csv?status=final")).Rows;
        Assert.Equal(("final", "notDone", "campaign_finished"), (ended[3][2], ended[3][3], ended[3][4]));
        Assert.Single((await CsvAsync(client, campaign.Id, "jobs.csv?status=waiting")).Rows);
    }

    [Theory, BothEngines]
    public async Task FiveThousandRows_AreCompleteAndInOrder(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        var other = await rig.CampaignAsync();
        var expected = new List<string>();
        foreach (var chunk in GatewayRig.Phones(5_000).Chunk(500))
        {
            expected.AddRange((await AddAsync(rig, campaign.Id, [.. chunk.Select(p => new NewJob { Phone = new(p), Payload = $$"""{"n":"{{p}}"}""" })])).Select(j => j.ToString()));
            await AddAsync(rig, other.Id, new NewJob { Phone = new(GatewayRig.Phones(1)[0]), Payload = """{"other":1}""" });
        }

        var rows = (await CsvAsync(client, campaign.Id, "jobs.csv")).Rows;
        Assert.Equal("payload:n", rows[0][^1]);
        Assert.Equal(expected, rows[1..].Select(r => r[0]));
        Assert.All(rows[1..], r => Assert.Equal(r[1], r[^1]));
        var book = await client.GetByteArrayAsync($"/api/v1/campaigns/{campaign.Id}/reports/jobs.xlsx");
        Assert.Equal(expected, MiniExcel.Query(new MemoryStream(book), true, null, ExcelType.XLSX).Cast<IDictionary<string, object?>>().Select(r => (string?)r["job_id"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(rig.Storage.DataDirectory, "spool")));
    }

    [Fact]
    public async Task PayloadsOfManyKeys_KeepWhatHasNoColumnOfItsOwn()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        await AddAsync(rig, campaign.Id, [.. GatewayRig.Phones(21).Select((p, i) => new NewJob
        {
            Phone = new(p),
            Payload = "{" + string.Join(',', Enumerable.Range(0, 10).Select(k => $"\"k{i * 10 + k}\":{k}")) + "}",
        })]);
        var rows = (await CsvAsync(client, campaign.Id, "jobs.csv")).Rows;
        Assert.Equal((20 + 201, "payload:k199", "payload"), (rows[0].Length, rows[0][^2], rows[0][^1]));
        Assert.Equal(("9", ""), (rows[20][^2], rows[20][^1]));
        Assert.Equal("""{"k200":0,"k201":1,"k202":2,"k203":3,"k204":4,"k205":5,"k206":6,"k207":7,"k208":8,"k209":9}""", rows[21][^1]);
    }

    [Fact]
    public async Task ReportOfNothing_IsAHeader_AndOfNoCampaign_AProblem()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        Assert.Single((await CsvAsync(client, campaign.Id, "attempts.csv")).Rows);
        var book = await client.GetByteArrayAsync($"/api/v1/campaigns/{campaign.Id}/reports/jobs.xlsx");
        Assert.Equal("job_id", ((IDictionary<string, object?>)MiniExcel.Query(new MemoryStream(book), false, null, ExcelType.XLSX).Single())["A"]);
        await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/reports/jobs.csv?status=1").ProblemAsync(HttpStatusCode.BadRequest, "bad_status");
        await client.GetAsync("/api/v1/campaigns/1/reports/jobs.xlsx").ProblemAsync(HttpStatusCode.NotFound, "campaign_not_found");
        await client.GetAsync("/api/v1/campaigns/1/reports/attempts.csv").ProblemAsync(HttpStatusCode.NotFound, "campaign_not_found");
    }

    private static async Task<IReadOnlyList<JobId>> AddAsync(GatewayRig rig, CampaignId campaign, params NewJob[] jobs)
    {
        var added = await rig.Get<IJobIntake>().AddAsync(campaign, jobs, null);
        Assert.True(added.IsDone, added.IsDone ? null : added.Refusal.Text);
        return added.Value.Jobs;
    }

    private static async Task StartAsync(GatewayRig rig, CampaignId campaign, int final)
    {
        var grain = rig.Grains.GetGrain<ICampaignGrain>(campaign.Value);
        Assert.True((await grain.StartAsync("test")).IsDone);
        await DialerHost.UntilAsync(grain, p => p.Counters.Final == final, Until.Limit, "the numbers were called");
    }

    private static async Task<(string? Name, List<string[]> Rows)> CsvAsync(HttpClient client, CampaignId campaign, string report)
    {
        using var answer = await client.GetAsync($"/api/v1/campaigns/{campaign}/reports/{report}");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, Encoding.UTF8.GetString(bytes));
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.True(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble));
        var rows = new List<string[]>();
        await using var csv = CsvReader.Create(new MemoryStream(bytes), new CsvReaderOptions { HasHeader = false, MaxRecordSize = 1 << 20, BufferSize = 1 << 20 });
        while (await csv.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }

        return (answer.Content.Headers.ContentDisposition?.FileNameStar, rows);
    }

    /// <summary>No cell is a number that a spreadsheet would round, and none a formula.</summary>
    private static void AssertOnlyTexts(byte[] book)
    {
        using var archive = new ZipArchive(new MemoryStream(book));
        using var sheet = new StreamReader(archive.Entries.Single(e => e.FullName == "xl/worksheets/sheet1.xml").Open());
        var xml = sheet.ReadToEnd();
        Assert.DoesNotContain(":f>", xml, StringComparison.Ordinal);
        Assert.Equal(System.Text.RegularExpressions.Regex.Count(xml, "<x:c "), System.Text.RegularExpressions.Regex.Count(xml, "<x:c [^>]*t=\"str\""));
    }
}
