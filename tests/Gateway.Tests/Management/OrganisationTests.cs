using System.Net;
using Dialer.Access;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary>The organisation's settings, do-not-call and erasing (P38, P57, P58, P61).</summary>
public class OrganisationTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Settings_AreReplacedFromTheVersionNamed_P58(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        using var got = await admin.GetAsync("/api/v1/organisation");
        var tag = got.Headers.ETag!.Tag;
        const string settings = """{"country":"KZ","timeZone":"Asia/Almaty","care":{"callsPerDay":3},"retentionDays":7}""";
        await PutAsync(admin, settings, null).ProblemAsync(HttpStatusCode.PreconditionRequired, "if_match_required");
        var put = await PutAsync(admin, settings, tag).JsonAsync();
        Assert.Equal(("KZ", 3, 5, true), ((string?)put["country"], (int)put["care"]!["callsPerDay"]!, (int)put["care"]!["gapMinutes"]!, (bool)put["care"]!["outerHours"]!));
        await PutAsync(admin, settings, tag).ProblemAsync(HttpStatusCode.PreconditionFailed, "version_conflict");
        using var again = await admin.GetAsync("/api/v1/organisation");
        await PutAsync(admin, """{"country":"Kazakhstan"}""", again.Headers.ETag!.Tag).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
    }

    [Theory, BothEngines]
    public async Task NumberOnDoNotCall_IsNotCalled_AndItsJobsEnd_P38(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var campaign = await rig.CampaignAsync();
        var phones = GatewayRig.Phones(3);
        var ids = await admin.PostAsync($"/api/calls/campaign/{campaign.Token}/addPhones", $$"""[{"phone":"{{phones[0]}}"},{"phone":"{{phones[1]}}"}]""").JsonAsync();
        using (var put = await admin.PutAsync($"/api/v1/do-not-call/+{phones[0]}", Wire.Json("""{"reason":"asked"}""")))
        {
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        }

        await Until.TrueAsync(
            async () => (string?)(await admin.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers/{ids[0]}").JsonAsync())["number"]!["endReason"] == "dnc", "its job ends");
        Assert.Equal(("asked", "api"), await EntryAsync(admin, phones[0]));

        // a file: all or none
        await admin.PostAsync("/api/v1/do-not-call", new StringContent($"phone;x\n{phones[1]};a\nnobody 12;b\n")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "phone_bad_format");
        await admin.GetAsync($"/api/v1/do-not-call/{phones[1]}").ProblemAsync(HttpStatusCode.NotFound, "phone_not_found");
        var added = await admin.PostAsync("/api/v1/do-not-call", new StringContent($"phone;x\n{phones[1]};a\n{phones[0]};b\n{phones[2]}\n")).JsonAsync();
        Assert.Equal((2, 3), ((int)added["added"]!, (int)added["read"]!));
        Assert.Equal(("asked", "api"), await EntryAsync(admin, phones[0]));
        await Until.TrueAsync(
            async () => (string?)(await admin.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers/{ids[1]}").JsonAsync())["number"]!["status"] == "final", "that of the file too");

        using (var deleted = await admin.DeleteAsync($"/api/v1/do-not-call/{phones[2]}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await admin.GetAsync($"/api/v1/do-not-call/{phones[2]}").ProblemAsync(HttpStatusCode.NotFound, "phone_not_found");
        // the audit log keeps no number
        var audit = (await admin.GetAsync("/api/v1/audit?limit=500").JsonAsync()).ToJsonString();
        Assert.DoesNotContain(phones[0].ToString(System.Globalization.CultureInfo.InvariantCulture), audit, StringComparison.Ordinal);
        Assert.Contains("do-not-call.put", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileOfNumbers_IsEnteredAsAWhole_OrNotAtAll_P38()
    {
        await using var rig = await rigs.NewAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var phones = GatewayRig.Phones(2_500);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={rig.Storage.DialerFile}"))
        {
            await connection.OpenAsync();
            await using var hindrance = connection.CreateCommand();
            hindrance.CommandText = $"create trigger hindrance before insert on do_not_call when new.phone = {phones[^1]} begin select raise(abort, 'for the test'); end";
            await hindrance.ExecuteNonQueryAsync();
        }

        using (var file = new StringContent(string.Join('\n', phones)))
        using (var failed = await admin.PostAsync("/api/v1/do-not-call", file))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }

        Assert.Empty((await admin.GetAsync("/api/v1/do-not-call").JsonAsync())["items"]!.AsArray());
        using var most = new StringContent(string.Join('\n', phones.SkipLast(1)));
        Assert.Equal(2_499, (int)(await admin.PostAsync("/api/v1/do-not-call", most).JsonAsync())["added"]!);
    }

    [Fact]
    public async Task Erase_IsTaken_AndStopNowStopsEverything_P57_P61()
    {
        await using var rig = await rigs.NewAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var channel = await rig.ChannelAsync();
        var campaign = await rig.CampaignAsync(on: channel);
        var phone = GatewayRig.Phones(1)[0];
        await admin.PostAsync($"/api/calls/campaign/{campaign.Token}/addPhones", $$"""[{"phone":"{{phone}}"}]""").JsonAsync();
        await admin.PostAsync($"/api/v1/campaigns/{campaign.Id}/start", null).JsonAsync();
        var call = (await rig.Carrier.Trunk(channel).UntilLiveAsync(1, "it rings"))[0];
        Assert.Equal(1, (int)(await admin.PostAsync("/api/v1/stop-now", null).JsonAsync())["calls"]!);
        await Until.TrueAsync(() => call.HasEnded, "it is hung up");
        Assert.Equal("paused", (string?)(await admin.GetAsync($"/api/v1/campaigns/{campaign.Id}").JsonAsync())["status"]);

        using (var erased = await admin.PostAsync("/api/v1/erase", $$"""{"phone":"{{phone}}"}"""))
        {
            Assert.Equal(HttpStatusCode.Accepted, erased.StatusCode);
        }

        await admin.PostAsync("/api/v1/erase", """{"phone":"12"}""").ProblemAsync(HttpStatusCode.BadRequest, "phone_bad_format");
    }

    private static async Task<(string?, string?)> EntryAsync(HttpClient client, long phone)
    {
        var entry = await client.GetAsync($"/api/v1/do-not-call/{phone}").JsonAsync();
        return ((string?)entry["reason"], (string?)entry["source"]);
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string json, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/organisation") { Content = Wire.Json(json) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await client.SendAsync(request);
    }
}
