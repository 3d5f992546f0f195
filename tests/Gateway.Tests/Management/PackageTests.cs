using System.Net;
using Dialer.Access;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary>Minute packages over HTTP (P46, P13).</summary>
public class PackageTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Packages_AreSetFromTheVersionNamed_AndRefuseAStartByName_P13_P46(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        using var viewer = await rig.ClientAsync(AccessRole.Viewer);
        using (var got = await viewer.GetAsync("/api/v1/packages"))
        {
            Assert.Equal("\"0\"", got.Headers.ETag!.Tag);
        }

        var unlimited = await viewer.GetAsync("/api/v1/packages").JsonAsync();
        Assert.Equal((null, null, 0), ((long?)unlimited["telephonySeconds"], (long?)unlimited["speechSeconds"], (long)unlimited["used"]!["telephonySeconds"]!));
        Assert.NotNull((string?)unlimited["asOf"]);
        const string both = """{"telephonySeconds":0,"speechSeconds":0}""";
        await PutAsync(admin, both, null).ProblemAsync(HttpStatusCode.PreconditionRequired, "if_match_required");
        await PutAsync(viewer, both, "*").ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        // nothing that is left out becomes unlimited
        await PutAsync(admin, """{"telephonySeconds":5}""", "*").ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        await PutAsync(admin, """{"telephonySeconds":1.5,"speechSeconds":null}""", "*").ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        var refused = await PutAsync(admin, """{"telephonySeconds":-1,"speechSeconds":null}""", "*").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal("/telephonySeconds", (string?)refused["errors"]![0]!["pointer"]);
        await PutAsync(admin, both, "\"0\"").JsonAsync();
        await PutAsync(admin, both, "\"0\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "version_conflict");

        var campaign = await rig.CampaignAsync(c => c with { Scenario = new() { HttpBotUrl = "http://127.0.0.1:5998/bot" } });
        var blocked = await admin.PostAsync($"/api/v1/campaigns/{campaign.Id}/start", null).ProblemAsync(HttpStatusCode.Conflict, "telephony_minutes");
        Assert.Equal(["telephony_minutes", "speech_minutes"], blocked["errors"]!.AsArray().Select(e => (string?)e!["code"]));
        await PutAsync(admin, """{"telephonySeconds":60,"speechSeconds":null}""", "\"1\"").JsonAsync();
        Assert.Equal("running", (string?)(await admin.PostAsync($"/api/v1/campaigns/{campaign.Id}/start", null).JsonAsync())["status"]);
        Assert.Contains("packages.put", (await admin.GetAsync("/api/v1/audit?limit=50").JsonAsync()).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BillingStep_IsTheChannels_AndTakenWithinSipToo_P46()
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var plain = await admin.PostAsync("/api/v1/channels", """{"name":"b","kind":"simulated"}""").JsonAsync(HttpStatusCode.Created);
        Assert.Equal((1, 1), StepOf(plain));
        var sip = await admin.PostAsync(
            "/api/v1/channels", """{"name":"b","kind":"sip","sip":{"host":"127.0.0.1","billing":{"first":60,"step":30}}}""").JsonAsync(HttpStatusCode.Created);
        Assert.Equal((60, 30), StepOf(sip));
        using var patch = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/channels/{sip["id"]}") { Content = Wire.Json("""{"billing":{"first":30,"step":6}}""") };
        patch.Headers.TryAddWithoutValidation("If-Match", "*");
        Assert.Equal((30, 6), StepOf(await admin.SendAsync(patch).JsonAsync()));
        await admin.PostAsync("/api/v1/channels", """{"name":"b","kind":"simulated","billing":{"first":0,"step":1}}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
    }

    private static (int, int) StepOf(System.Text.Json.Nodes.JsonNode channel) =>
        ((int)channel["settings"]!["billing"]!["first"]!, (int)channel["settings"]!["billing"]!["step"]!);

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string json, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/packages") { Content = Wire.Json(json) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await client.SendAsync(request);
    }
}
