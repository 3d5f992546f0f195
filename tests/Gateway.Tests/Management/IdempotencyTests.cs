using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Intake;
using Dialer.Reports;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary><c>Idempotency-Key</c> (P48): what was done once is not done a second time, whatever became of the answer.</summary>
public class IdempotencyTests(Rigs rigs)
{
    private const string Campaigns = "/api/v1/campaigns";
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(2);

    [Theory, BothEngines]
    public async Task AnswerThatCouldNotBeKept_IsMadeAgainOfWhatTheFirstRequestMade_P48(StorageEngine engine)
    {
        var isBroken = false;
        await using var rig = await GatewayRig.StartAsync(
            await rigs.Engines.NewAsync(engine), configure: s => Faults<IRequestBook>.Put(s, m => isBroken && m == nameof(IRequestBook.KeepAsync)));
        using var client = await rig.ClientAsync(AccessRole.Admin);
        (string Path, string Body, string Other)[] creations =
        [
            (Campaigns, await CampaignTests.BodyAsync(rig, more: "\"start\":\"now\""), "{}"),
            ("/api/v1/channels", """{"name":"once","kind":"simulated"}""", """{"name":"other","kind":"simulated"}"""),
        ];
        foreach (var (path, body, other) in creations)
        {
            isBroken = true;
            var first = await SendAsync(client, path, body).JsonAsync(HttpStatusCode.Created);
            await SendAsync(client, path, body).ProblemAsync(HttpStatusCode.Conflict, "idempotency_in_progress");
            await SendAsync(client, path, other).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");

            isBroken = false;
            rig.Clock.Forward(Lost);
            await SendAsync(client, path, other).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
            var again = await SendAsync(client, path, body).JsonAsync(HttpStatusCode.Created);
            Assert.Equal((string?)first["id"], (string?)again["id"]);
            Assert.Equal((string?)first["id"], (string?)(await SendAsync(client, path, body).JsonAsync(HttpStatusCode.Created))["id"]);
        }

        var running = await client.GetAsync(Campaigns + "?status=running").JsonAsync();
        Assert.Single(running["items"]!.AsArray());
    }

    [Fact]
    public async Task AuditThatCannotBeCompleted_LeavesWhatIsDoneDone_P48_P52()
    {
        await using var rig = await GatewayRig.StartAsync(
            await rigs.Engines.NewAsync(StorageEngine.Sqlite), configure: s => Faults<IAuditLog>.Put(s, m => m == nameof(IAuditLog.EndAsync)));
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var body = await CampaignTests.BodyAsync(rig, more: "\"start\":\"now\"");

        var first = await SendAsync(client, Campaigns, body).JsonAsync(HttpStatusCode.Created);
        Assert.Equal((string?)first["id"], (string?)(await SendAsync(client, Campaigns, body).JsonAsync(HttpStatusCode.Created))["id"]);
        Assert.Single((await client.GetAsync(Campaigns).JsonAsync())["items"]!.AsArray());

        // the Calls API writes its entry afterwards
        using var paused = await client.PostAsync($"/api/calls/campaign/{first["token"]}/control/pause", null);
        Assert.Equal(HttpStatusCode.OK, paused.StatusCode);
    }

    [Theory, BothEngines]
    public async Task TestCall_WhoseAnswerFailed_IsFollowedByItsRepeat_AndRingsOnce_P48(StorageEngine engine)
    {
        var isBroken = true;
        await using var rig = await GatewayRig.StartAsync(
            await rigs.Engines.NewAsync(engine), configure: s => Faults<IDialerQueries>.Put(s, m => isBroken && m == nameof(IDialerQueries.ReadJobsAsync)));
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var channel = await rig.ChannelAsync();
        var address = $"/api/v1/channels/{channel}/test-call";
        var body = $$"""{"phone":"{{GatewayRig.Phones(1)[0]}}","timeZone":"Europe/Moscow"}""";

        await SendAsync(client, address, body).ProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        await Until.TrueAsync(() => rig.Carrier.Trunk(channel).Calls.Count == 1, "it rings");
        isBroken = false;
        var again = await SendAsync(client, address, body).JsonAsync(HttpStatusCode.Accepted);
        var items = (await client.GetAsync($"{Campaigns}/{again["campaignId"]}/numbers").JsonAsync())["items"]!.AsArray();
        Assert.Equal((string?)again["jobId"], (string?)Assert.Single(items)!["jobId"]);
        Assert.Single(rig.Carrier.Trunk(channel).Calls);
        Assert.Single((await client.GetAsync(Campaigns).JsonAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task Secrets_AreNotKept_AndTheRepeatIsToldSo_P48_P52()
    {
        var isBroken = false;
        await using var rig = await GatewayRig.StartAsync(
            await rigs.Engines.NewAsync(StorageEngine.Sqlite), configure: s => Faults<IRequestBook>.Put(s, m => isBroken && m == nameof(IRequestBook.KeepAsync)));
        using var client = await rig.ClientAsync(AccessRole.Admin);
        const string keys = "/api/v1/keys";
        var before = (await client.GetAsync(keys).JsonAsync())["items"]!.AsArray().Count;

        var made = await SendAsync(client, keys, """{"name":"crm","role":"viewer"}""").JsonAsync(HttpStatusCode.Created);
        var refused = await SendAsync(client, keys, """{"name":"crm","role":"viewer"}""").ProblemAsync(HttpStatusCode.Conflict, "idempotency_answer_not_kept");
        Assert.Contains($"{keys}/{made["key"]!["id"]}", (string?)refused["detail"], StringComparison.Ordinal);
        var kept = await rig.Get<IDatabase>().ReadAsync(c => c.ListAsync("select answer from idempotency_key", r => r.GetString(0)));
        Assert.DoesNotContain(kept, k => k.Contains((string)made["secret"]!, StringComparison.Ordinal));

        // one whose answer was lost is not made a second time
        isBroken = true;
        await SendAsync(client, keys, """{"name":"lost","role":"viewer"}""", "lost").JsonAsync(HttpStatusCode.Created);
        rig.Clock.Forward(Lost);
        await SendAsync(client, keys, """{"name":"lost","role":"viewer"}""", "lost").ProblemAsync(HttpStatusCode.Conflict, "idempotency_answer_not_kept");
        Assert.Equal(before + 2, (await client.GetAsync(keys).JsonAsync())["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task TokenOfACampaign_IsRotatedOnce_P19_P48()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var address = $"{Campaigns}/{(await rig.CampaignAsync()).Id}";
        var rotated = await SendAsync(client, address + "/token/rotate", "").JsonAsync();
        await SendAsync(client, address + "/token/rotate", "").ProblemAsync(HttpStatusCode.Conflict, "idempotency_answer_not_kept");
        Assert.Equal((string?)rotated["token"], (string?)(await client.GetAsync(address).JsonAsync())["token"]);
    }

    [Fact]
    public async Task ActionUnderItsKey_IsDoneOnce_P48()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var address = $"{Campaigns}/{(await rig.CampaignAsync()).Id}";
        Assert.Equal("running", (string?)(await SendAsync(client, address + "/start", "").JsonAsync())["status"]);
        await client.PostAsync(address + "/pause", null).JsonAsync();
        await SendAsync(client, address + "/resume", "").JsonAsync();
        await client.PostAsync(address + "/pause", null).JsonAsync();

        // a repeat that comes late undoes nothing
        await SendAsync(client, address + "/resume", "").JsonAsync();
        Assert.Equal("paused", (string?)(await client.GetAsync(address).JsonAsync())["status"]);
    }

    [Fact]
    public async Task Refusal_FreesTheKey_P48()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Admin);
        const string path = "/api/v1/channels";
        var key = Guid.NewGuid().ToString();
        await SendAsync(client, path, """{"name":"x","kind":"simulated","lines":0}""", key).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        await SendAsync(client, path, """{"name":"x","kind":"simulated","lines":1}""", key).JsonAsync(HttpStatusCode.Created);
    }

    [Theory, BothEngines]
    public async Task List_IsKnownByItsContent_HoweverItIsSent_P48(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var key = Guid.NewGuid().ToString();
        async Task<HttpResponseMessage> UploadAsync(HttpContent content, bool isChunked)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/phone-lists?name=once") { Content = content, Headers = { { "Idempotency-Key", key } } };
            request.Headers.TransferEncodingChunked = isChunked;
            return await client.SendAsync(request);
        }

        static HttpContent Csv(string text) => new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
        var first = await UploadAsync(Csv("79161234567"), isChunked: true).JsonAsync(HttpStatusCode.Accepted);
        await UploadAsync(Csv("79161234568"), isChunked: true).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        await UploadAsync(Csv("79161234568"), isChunked: false).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        foreach (var isChunked in (bool[])[true, false])
        {
            Assert.Equal((string?)first["id"], (string?)(await UploadAsync(Csv("79161234567"), isChunked).JsonAsync(HttpStatusCode.Accepted))["id"]);
        }

        using var form = new MultipartFormDataContent { { Csv("79161234567"), "file", "list.csv" } };
        Assert.Equal((string?)first["id"], (string?)(await UploadAsync(form, isChunked: false).JsonAsync(HttpStatusCode.Accepted))["id"]);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string body, string key = "the key")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "Idempotency-Key", key } }, Content = body.Length == 0 ? null : Wire.Json(body) };
        return await client.SendAsync(request);
    }
}
