using System.Net;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary><c>/api/v1/campaigns</c> and its numbers (P1–P19, P32, P48).</summary>
public class CampaignTests(Rigs rigs)
{
    private const string Path = "/api/v1/campaigns";

    [Theory, BothEngines]
    public async Task Campaign_IsMadeStartedPausedEditedResumedAndFinished_P9_P11_P14(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var made = await client.PostAsync(Path, await BodyAsync(rig)).JsonAsync(HttpStatusCode.Created);
        var address = $"{Path}/{made["id"]}";
        Assert.Equal(("scheduled", null), ((string?)made["status"], (string?)made["startsAt"]));
        Assert.Matches(@"^\d+\.\d+\.[0-9A-Za-z_-]{27,}$", (string?)made["token"]);
        Assert.Contains("start", Words(made["allowedActions"]));

        Assert.Equal("running", (string?)(await client.PostAsync(address + "/start", null).JsonAsync())["status"]);
        // the same again is the same
        Assert.Equal("running", (string?)(await client.PostAsync(address + "/start", null).JsonAsync())["status"]);
        var conflict = await ChannelTests.PatchAsync(client, address, """{"maxSimultaneousCalls":3}""", (string)made["etag"]!).ProblemAsync(HttpStatusCode.Conflict, "campaign_state");
        Assert.Contains("pause", Words(conflict["allowedActions"]));

        var paused = await client.PostAsync(address + "/pause", null).JsonAsync();
        Assert.Equal(("paused", "person"), ((string?)paused["status"], (string?)paused["pauseReasons"]![0]!["code"]));
        var edited = await ChannelTests.PatchAsync(
            client, address, """{"maxSimultaneousCalls":3,"attempts":{"initial":2},"callingWindows":{"sun":{"from":"10:00","to":"24:00"}},"ambiguousZone":"skip-and-report"}""", (string)paused["etag"]!).JsonAsync();
        Assert.Equal(
            (3, 2, 30, """{"sun":{"from":"10:00","to":"24:00"}}""", "skip-and-report"),
            ((int)edited["settings"]!["maxSimultaneousCalls"]!, (int)edited["settings"]!["attempts"]!["initial"]!, (int)edited["settings"]!["attempts"]!["pauseMinutes"]!,
                edited["settings"]!["callingWindows"]!.ToJsonString(), (string?)edited["settings"]!["ambiguousZone"]));
        Assert.Equal("running", (string?)(await client.PostAsync(address + "/resume", null).JsonAsync())["status"]);
        var progress = await client.GetAsync(address + "/progress").JsonAsync();
        Assert.Equal(("running", 0), ((string?)progress["status"], (int)progress["counters"]!["total"]!));
        Assert.Equal("finished", (string?)(await client.PostAsync(address + "/finish", null).JsonAsync())["status"]);
        await client.PostAsync(address + "/resume", null).ProblemAsync(HttpStatusCode.Conflict, "campaign_state");

        var found = await client.GetAsync($"{Path}?status=finished&q={made["settings"]!["name"]}").JsonAsync();
        Assert.Equal([(string?)made["id"]], found["items"]!.AsArray().Select(c => (string?)c!["id"]));
        using (var delete = new HttpRequestMessage(HttpMethod.Delete, address) { Headers = { { "If-Match", "*" } } })
        using (var deleted = await client.SendAsync(delete))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await client.GetAsync(address).ProblemAsync(HttpStatusCode.NotFound, "campaign_not_found");
    }

    [Fact]
    public async Task CampaignZone_IsChosenOnlyByWhoConfirmsTheLatestHour_P4()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var body = (await BodyAsync(rig, more: "\"ambiguousZone\":\"campaign-zone\",\"latestHourConfirmed\":null"))
            .Replace(Always, """{"mon":{"from":"09:00","to":"18:00"}}""", StringComparison.Ordinal);
        var refused = await client.PostAsync(Path, body).ProblemAsync(HttpStatusCode.UnprocessableEntity, "zone_unconfirmed");
        Assert.Equal("/latestHourConfirmed", (string?)refused["errors"]![0]!["pointer"]);
        Assert.Contains("03:00 of the next day in Asia/", (string?)refused["detail"], StringComparison.Ordinal);

        var made = await client.PostAsync(Path, body.Replace("\"latestHourConfirmed\":null", "\"latestHourConfirmed\":\"27:00\"", StringComparison.Ordinal)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("27:00", (string?)made["settings"]!["latestHourConfirmed"]);
        // a wider window reaches further than what was confirmed
        await ChannelTests.PatchAsync(client, $"{Path}/{made["id"]}", """{"callingWindows":{"mon":{"from":"09:00","to":"19:00"}}}""", (string)made["etag"]!)
            .ProblemAsync(HttpStatusCode.UnprocessableEntity, "zone_unconfirmed");
        await ChannelTests.PatchAsync(client, $"{Path}/{made["id"]}", """{"latestHourConfirmed":"late"}""", (string)made["etag"]!)
            .ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        await ChannelTests.PatchAsync(client, $"{Path}/{made["id"]}", """{"callingWindows":{"mon":{"from":"09:00","to":"17:00"}}}""", (string)made["etag"]!).JsonAsync();
    }

    [Theory, BothEngines]
    public async Task Numbers_AreListedFoundCancelled_AndTheTimelineTellsEveryTry_P32(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var channel = await rig.ChannelAsync();
        rig.Carrier.Trunk(channel).OnDial = c => c.Reach();
        var made = await client.PostAsync(Path, await BodyAsync(rig, channel, "\"start\":\"now\"")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("running", (string?)made["status"]);
        var address = $"{Path}/{made["id"]}";
        var phones = GatewayRig.Phones(3);
        var ids = await client.PostAsync(
            $"/api/calls/campaign/{made["token"]}/addPhones",
            $$$"""[{"phone":"{{{phones[0]}}}","payload":{"name":"Анна"}},{"phone":"{{{phones[1]}}}"},{"phone":"{{{phones[2]}}}","startDateTime":"2040-01-01T00:00:00Z"}]""").JsonAsync();
        await Until.TrueAsync(async () => (await client.GetAsync(address + "/numbers?status=final").JsonAsync())["items"]!.AsArray().Count == 2, "two are done");

        var first = await client.GetAsync(address + "/numbers?limit=2").JsonAsync();
        Assert.Equal([(string?)ids[0], (string?)ids[1]], first["items"]!.AsArray().Select(n => (string?)n!["jobId"]));
        var rest = await client.GetAsync($"{address}/numbers?limit=2&cursor={first["nextCursor"]}").JsonAsync();
        Assert.Equal([(string?)ids[2]], rest["items"]!.AsArray().Select(n => (string?)n!["jobId"]));
        Assert.Null(rest["nextCursor"]);
        var byPhone = await client.GetAsync($"{address}/numbers?q=%2B{phones[1]}").JsonAsync();
        Assert.Equal([(string?)ids[1]], byPhone["items"]!.AsArray().Select(n => (string?)n!["jobId"]));

        var timeline = await client.GetAsync($"{address}/numbers/{ids[0]}").JsonAsync();
        Assert.Equal(("final", "reached", "Анна"), ((string?)timeline["number"]!["status"], (string?)timeline["number"]!["result"], (string?)timeline["number"]!["payload"]!["name"]));
        var made1 = Assert.Single(timeline["tries"]!.AsArray())!;
        Assert.Equal(($"{ids[0]}-1", 1, 200, "answered", "reached"), ((string?)made1["id"], (int)made1["attempt"]!, (int)made1["sipCode"]!, (string?)made1["outcome"], (string?)made1["rule"]));

        var cancelled = await client.PostAsync($"{address}/numbers/{ids[2]}/cancel", null).JsonAsync();
        Assert.Equal(("final", "cancelled"), ((string?)cancelled["status"], (string?)cancelled["result"]));
        await client.GetAsync($"{address}/numbers/1").ProblemAsync(HttpStatusCode.NotFound, "number_not_found");
        await client.GetAsync(address + "/numbers?cursor=!!!").ProblemAsync(HttpStatusCode.BadRequest, "bad_cursor");
        await client.GetAsync(address + "/numbers?limit=501").ProblemAsync(HttpStatusCode.BadRequest, "bad_limit");
        await client.GetAsync(address + "/numbers?status=1").ProblemAsync(HttpStatusCode.BadRequest, "bad_status");
    }

    [Theory, BothEngines]
    public async Task Token_IsRotatedAndDisabled_AndTheFormerOneIsGoodForNothing_P19(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var made = await client.PostAsync(Path, await BodyAsync(rig)).JsonAsync(HttpStatusCode.Created);
        var address = $"{Path}/{made["id"]}";
        string Calls(JsonNode campaign) => $"/api/calls/campaign/{campaign["token"]}/status";
        Assert.Equal("new", (string?)await client.GetAsync(Calls(made)).JsonAsync());
        var rotated = await client.PostAsync(address + "/token/rotate", null).JsonAsync();
        Assert.NotEqual((string?)made["token"], (string?)rotated["token"]);
        Assert.Equal("new", (string?)await client.GetAsync(Calls(rotated)).JsonAsync());
        using (var former = await client.GetAsync(Calls(made)))
        {
            Assert.Equal(HttpStatusCode.NotFound, former.StatusCode);
        }

        var disabled = await client.PostAsync(address + "/token/disable", null).JsonAsync();
        Assert.Null(disabled["token"]);
        foreach (var path in (string[])[Calls(rotated), $"/api/calls/campaign/disabled%20{made["id"]}/status"])
        {
            using var refused = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        // it runs on without a token, and may have one again
        Assert.Equal("running", (string?)(await client.PostAsync(address + "/start", null).JsonAsync())["status"]);
        var again = await client.PostAsync(address + "/token/rotate", null).JsonAsync();
        Assert.Equal("inProgress", (string?)await client.GetAsync(Calls(again)).JsonAsync());
    }

    [Fact]
    public async Task Viewer_SeesNoToken_AndOnlyAnAdministratorSetsAsideTheOuterHours_P19_P60()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        using var viewer = await rig.ClientAsync(AccessRole.Viewer);
        const string exception = "\"outerHoursException\":{\"reason\":\"a court's order\"}";
        await client.PostAsync(Path, await BodyAsync(rig, more: exception)).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        var made = await admin.PostAsync(Path, await BodyAsync(rig, more: exception)).JsonAsync(HttpStatusCode.Created);
        Assert.Null((await viewer.GetAsync($"{Path}/{made["id"]}").JsonAsync())["token"]);
        // what an administrator allowed may stay when somebody else edits the rest
        await ChannelTests.PatchAsync(client, $"{Path}/{made["id"]}", """{"maxSimultaneousCalls":2}""", (string)made["etag"]!).JsonAsync();
    }

    [Theory]
    [InlineData("\"name\":\"\"", "/name")]
    [InlineData("\"maxSimultaneousCalls\":0", "/maxSimultaneousCalls")]
    [InlineData("\"timeZone\":\"Mars/Olympus\"", "/timeZone")]
    [InlineData("\"callingWindows\":{}", "/callingWindows")]
    [InlineData("\"attempts\":{\"initial\":100}", "/attempts/initial")]
    [InlineData("\"notifications\":{\"email\":\"nobody\"}", "/notifications/email")]
    [InlineData("\"start\":\"2020-01-01T00:00:00Z\"", "/start")]
    [InlineData("\"start\":\"tomorrow\"", "/start")]
    [InlineData("\"channelId\":\"x\"", "/channelId")]
    [InlineData("\"phoneListId\":\"77\"", "/phoneListId")]
    public async Task BadConditions_AreRefused_EachWithItsField_P1(string member, string at)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var body = JsonNode.Parse(await BodyAsync(rig))!.AsObject();
        var (name, value) = JsonNode.Parse("{" + member + "}")!.AsObject().Single();
        body[name] = value?.DeepClone();
        using var answer = await client.PostAsync(Path, body.ToJsonString());
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(problem["errors"]!.AsArray(), e => ((string?)e!["pointer"])!.StartsWith(at, StringComparison.Ordinal));
    }

    internal static async Task<string> BodyAsync(GatewayRig rig, ChannelId? channel = null, string more = "\"project\":\"default\"") =>
        $$$"""{"name":"c{{{Guid.NewGuid():N}}}","channelId":"{{{channel ?? await rig.ChannelAsync()}}}","maxSimultaneousCalls":5,"timeZone":"Europe/Moscow","callingWindows":{{{Always}}},{{{more}}} }""";

    private const string Always =
        """{"mon":{"from":"00:00","to":"24:00"},"tue":{"from":"00:00","to":"24:00"},"wed":{"from":"00:00","to":"24:00"},"thu":{"from":"00:00","to":"24:00"},"fri":{"from":"00:00","to":"24:00"},"sat":{"from":"00:00","to":"24:00"},"sun":{"from":"00:00","to":"24:00"}}""";

    private static IEnumerable<string?> Words(JsonNode? list) => list!.AsArray().Select(w => (string?)w);
}
