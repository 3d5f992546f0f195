using System.Net;
using Dialer.Access;

namespace Dialer.Tests.Access;

/// <summary>P52: keys, roles, the audit log.</summary>
public class KeyTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Key_IsShownOnce_Works_AndEndsWhenRevoked_P52(Silo.Storage.StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var made = await admin.PostAsync("/api/v1/keys", """{"name":"crm","role":"operator"}""").JsonAsync(HttpStatusCode.Created);
        var (id, secret) = ((string)made["key"]!["id"]!, (string)made["secret"]!);

        using var crm = await rig.ClientAsync(null);
        crm.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        await crm.GetAsync("/api/v1/keys").ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await crm.GetAsync("/api/v1/campaigns/1/numbers/1/tries/1/trace").ProblemAsync(HttpStatusCode.NotFound, "number_not_found");

        var listed = await admin.GetAsync("/api/v1/keys").JsonAsync();
        Assert.Contains(listed["items"]!.AsArray(), k => (string?)k!["id"] == id && (string?)k["role"] == "operator");
        Assert.DoesNotContain(secret, listed.ToJsonString(), StringComparison.Ordinal);

        using (var revoked = await admin.DeleteAsync($"/api/v1/keys/{id}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        }

        await crm.GetAsync("/api/v1/keys").ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        await admin.DeleteAsync($"/api/v1/keys/{id}").ProblemAsync(HttpStatusCode.NotFound, "key_not_found");
    }

    [Fact]
    public async Task LastAdministratorsKey_CannotBeRevoked_P52()
    {
        await using var rig = await rigs.NewAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var only = (string)(await admin.GetAsync("/api/v1/keys").JsonAsync())["items"]![0]!["id"]!;
        await admin.DeleteAsync($"/api/v1/keys/{only}").ProblemAsync(HttpStatusCode.Conflict, "last_admin_key");
        await admin.PostAsync("/api/v1/keys", """{"name":"second","role":"admin"}""").JsonAsync(HttpStatusCode.Created);
        using var revoked = await admin.DeleteAsync($"/api/v1/keys/{only}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
    }

    [Theory, BothEngines]
    public async Task EveryChange_IsInTheAuditLog_WithWhoAndWhat_RefusedOnesToo_P52(Silo.Storage.StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var made = await admin.PostAsync("/api/v1/keys", """{"name":"audited","role":"viewer"}""").JsonAsync(HttpStatusCode.Created);
        var id = (string)made["key"]!["id"]!;
        await admin.PostAsync("/api/v1/keys", """{"name":"","role":"viewer"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        var first = await admin.GetAsync("/api/v1/audit?limit=1").JsonAsync();
        Assert.Single(first["items"]!.AsArray());
        var next = await admin.GetAsync("/api/v1/audit?limit=500").JsonAsync();
        Assert.Contains(next["items"]!.AsArray(), e => (string?)e!["action"] == "key.create" && (int?)e["status"] == 422 && (string?)e["actor"] == "test Admin");
        Assert.NotEqual(
            (string?)first["items"]![0]!["id"],
            (string?)(await admin.GetAsync($"/api/v1/audit?limit=1&cursor={first["nextCursor"]}").JsonAsync())["items"]![0]!["id"]);
        Assert.Contains(next["items"]!.AsArray(), e =>
            (string?)e!["action"] == "key.create" && (string?)e["target"] == id && (string?)e["actor"] == "test Admin" && (int?)e["status"] == 201);
        Assert.DoesNotContain((string)made["secret"]!, next.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"x","role":"root"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":"x"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":5,"role":"viewer"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":"x","name":"y","role":"viewer"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("null", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("[]", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("{", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("""{"name":null,"role":"viewer"}""", HttpStatusCode.BadRequest, "invalid_json")]
    public async Task BadBody_SaysWhere_AndNamesNoTypeOfOurs(string body, HttpStatusCode status, string code)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var problem = await admin.PostAsync("/api/v1/keys", body).ProblemAsync(status, code);
        Assert.DoesNotContain("Dialer.", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandsByToken_AreInTheAuditLog_AndThoseByAWrongOneAreNot_P52()
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var campaign = await rig.CampaignAsync();
        using (var stopped = await admin.PostAsync($"/api/calls/campaign/{campaign.Token}/control/stop", null))
        {
            Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        }

        using (var refused = await admin.PostAsync("/api/calls/campaign/1.2.nobody/control/stop", null))
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        var entries = (await admin.GetAsync("/api/v1/audit?limit=500").JsonAsync())["items"]!.AsArray();
        Assert.Contains(entries, e => (string?)e!["action"] == "calls.control" && (string?)e["target"] == campaign.Id.ToString() && (int?)e["status"] == 200);
        Assert.DoesNotContain(entries, e => (string?)e!["action"] == "calls.control" && (int?)e["status"] == 404);
        Assert.DoesNotContain(campaign.Token, entries.ToJsonString(), StringComparison.Ordinal);
    }
}
