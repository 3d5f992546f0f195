using System.Net;
using Dialer.Access;
using Dialer.Channels;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary><c>/api/v1/channels</c> (P39, P44, P48).</summary>
public class ChannelTests(Rigs rigs)
{
    private const string Path = "/api/v1/channels";

    [Theory, BothEngines]
    public async Task Channel_IsMadeReadEditedAndDeleted_ByItsVersion_P48(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        using var made = await admin.PostAsync(Path, """{"name":"trunk","kind":"simulated","lines":7,"simulated":{"answer":1,"busy":0,"ringSeconds":{"min":0,"max":1}}}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var (address, tag) = (made.Headers.Location!.OriginalString, made.Headers.ETag!.Tag);

        using var got = await admin.GetAsync(address);
        Assert.Equal(tag, got.Headers.ETag!.Tag);
        var channel = System.Text.Json.Nodes.JsonNode.Parse(await got.Content.ReadAsStringAsync())!;
        Assert.Equal((7, 0.2, "closed"), ((int)channel["settings"]!["lines"]!, (double)channel["settings"]!["simulated"]!["noAnswer"]!, (string?)channel["health"]!["breaker"]));
        Assert.Contains((await admin.GetAsync(Path + "?limit=500").JsonAsync())["items"]!.AsArray(), c => (string?)c!["id"] == (string?)channel["id"]);

        using (var unchanged = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "If-None-Match", tag } } })
        using (var answer = await admin.SendAsync(unchanged))
        {
            Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
        }

        await PatchAsync(admin, address, """{"lines":3}""", null).ProblemAsync(HttpStatusCode.PreconditionRequired, "if_match_required");
        var edited = await PatchAsync(admin, address, """{"lines":3}""", tag).JsonAsync();
        Assert.Equal((3, "trunk", 1.0), ((int)edited["settings"]!["lines"]!, (string?)edited["settings"]!["name"], (double)edited["settings"]!["simulated"]!["answer"]!));
        await PatchAsync(admin, address, """{"lines":4}""", tag).ProblemAsync(HttpStatusCode.PreconditionFailed, "version_conflict");
        var refused = await PatchAsync(admin, address, """{"lines":0}""", (string)edited["etag"]!).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal("/lines", (string?)refused["errors"]![0]!["pointer"]);

        using (var delete = new HttpRequestMessage(HttpMethod.Delete, address) { Headers = { { "If-Match", (string)edited["etag"]! } } })
        using (var deleted = await admin.SendAsync(delete))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await admin.GetAsync(address).ProblemAsync(HttpStatusCode.NotFound, "channel_not_found");
    }

    [Fact]
    public async Task PasswordOfATrunk_IsNeverShown_StaysWhenItIsNotSent_AndNotWithAnotherHost_P39()
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var made = await admin.PostAsync(Path, """{"name":"sip","kind":"sip","sip":{"host":"192.0.2.1","username":"u","password":"hunter2!","transport":"tls"}}""").JsonAsync(HttpStatusCode.Created);
        Assert.DoesNotContain("hunter2!", made.ToJsonString(), StringComparison.Ordinal);
        Assert.True((bool)made["settings"]!["sip"]!["hasPassword"]!);
        var address = $"{Path}/{made["id"]}";
        var kept = await PatchAsync(admin, address, """{"sip":{"callerId":"74951112233"}}""", (string)made["etag"]!).JsonAsync();
        Assert.Equal((true, "tls"), ((bool)kept["settings"]!["sip"]!["hasPassword"]!, (string?)kept["settings"]!["sip"]!["transport"]));
        var moved = await PatchAsync(admin, address, """{"sip":{"host":"192.0.2.2"}}""", (string)kept["etag"]!).JsonAsync();
        Assert.False((bool)moved["settings"]!["sip"]!["hasPassword"]!);
    }

    [Theory]
    [InlineData("""{"kind":"simulated"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":"x","kind":"pigeon"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":"x","kind":"sip"}""", HttpStatusCode.UnprocessableEntity, "invalid_setting")]
    [InlineData("""{"name":"x","kind":"sip","sip":{"host":"a b"}}""", HttpStatusCode.UnprocessableEntity, "invalid_setting")]
    [InlineData("""{"name":"x","kind":"simulated","lines":"5"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":"x","kind":"simulated","lines":5e99}""", HttpStatusCode.BadRequest, "invalid_json")]
    public async Task BadSettings_AreRefused_WithTheFieldAndTheMend(string body, HttpStatusCode status, string code)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        await admin.PostAsync(Path, body).ProblemAsync(status, code);
    }

    [Theory]
    [InlineData("/etc/cron.d/dialer")]
    [InlineData("../dialer.db")]
    [InlineData("..")]
    [InlineData(".profile")]
    [InlineData("sub/books")]
    [InlineData("sub\\\\books")]
    [InlineData("C:books")]
    [InlineData("")]
    public async Task Ledger_IsNoPathOnTheHost_P44(string ledger)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var refused = await admin.PostAsync(Path, $$$"""{"name":"x","kind":"simulated","simulated":{"ledger":"{{{ledger}}}"}}""")
            .ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal("/simulated/ledger", (string?)refused["errors"]![0]!["pointer"]);

        // one that the program set itself stays, and is not exchanged for another
        var channel = await rig.ChannelAsync(c => c with { Simulated = new SimulatedSettings { Ledger = "/srv/books" } });
        var address = $"{Path}/{channel}";
        var tag = (string)(await admin.GetAsync(address).JsonAsync())["etag"]!;
        await PatchAsync(admin, address, $$$"""{"simulated":{"ledger":"{{{ledger}}}"}}""", tag).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        var edited = await PatchAsync(admin, address, """{"lines":3}""", tag).JsonAsync();
        Assert.Equal("/srv/books", (string?)edited["settings"]!["simulated"]!["ledger"]);
        var named = await PatchAsync(admin, address, """{"simulated":{"ledger":"books-1.txt"}}""", (string)edited["etag"]!).JsonAsync();
        Assert.Equal("books-1.txt", (string?)named["settings"]!["simulated"]!["ledger"]);
    }

    [Theory, BothEngines]
    public async Task SameKeyOfIdempotency_MakesOneChannel_AndAnotherBodyIsRefused_P48(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var key = Guid.NewGuid().ToString();
        async Task<HttpResponseMessage> MakeAsync(string name)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Headers = { { "Idempotency-Key", key } }, Content = Wire.Json($$"""{"name":"{{name}}","kind":"simulated"}""") };
            return await admin.SendAsync(request);
        }

        var first = await MakeAsync("once").JsonAsync(HttpStatusCode.Created);
        var second = await MakeAsync("once").JsonAsync(HttpStatusCode.Created);
        Assert.Equal((string?)first["id"], (string?)second["id"]);
        await MakeAsync("other").ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    internal static async Task<HttpResponseMessage> PatchAsync(HttpClient client, string address, string json, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, address) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/merge-patch+json") };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await client.SendAsync(request);
    }
}
