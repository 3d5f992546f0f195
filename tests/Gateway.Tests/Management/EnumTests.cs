using System.Net;
using Dialer.Access;

namespace Dialer.Tests.Management;

/// <summary>A value of a set is exactly one of its names: a list of two is not joined to a third.</summary>
public class EnumTests(Rigs rigs)
{
    [Theory]
    [InlineData("viewer,operator")]
    [InlineData("viewer, operator")]
    [InlineData("admin,")]
    [InlineData(",admin")]
    [InlineData(" admin")]
    [InlineData("")]
    [InlineData("1")]
    public async Task Role_IsOneName_P52(string role)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var problem = await admin.PostAsync("/api/v1/keys", $$"""{"name":"joined","role":"{{role}}"}""").ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        Assert.Contains("viewer, operator, admin", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.DoesNotContain((await admin.GetAsync("/api/v1/keys").JsonAsync())["items"]!.AsArray(), k => (string?)k!["name"] == "joined");
    }

    [Theory]
    [InlineData("""{"kind":"simulated,sip"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"scenario":{"sipBot":{"uri":"sip:bot@bot.example.com","handover":"re-invite,late-offer"}}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"scenario":{"sipBot":{"uri":"sip:bot@bot.example.com","handover":"lateOffer"}}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"scenario":{"sipBot":{"uri":"sip:bot@bot.example.com","handover":"late-offer"}}}""", HttpStatusCode.OK)]
    [InlineData("""{"kind":"Simulated"}""", HttpStatusCode.OK)]
    public async Task ValuesOfAChannel_AreOneName(string patch, HttpStatusCode status)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        using var answer = await ChannelTests.PatchAsync(admin, $"/api/v1/channels/{await rig.ChannelAsync()}", patch, "*");
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("safe-hours,strict", HttpStatusCode.BadRequest)]
    [InlineData("strict", HttpStatusCode.OK)]
    public async Task AmbiguousZone_IsOneName_P4(string value, HttpStatusCode status)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        using var answer = await ChannelTests.PatchAsync(
            client, $"/api/v1/campaigns/{(await rig.CampaignAsync()).Id}", $$"""{"ambiguousZone":"{{value}}"}""", "*");
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("running,paused")]
    [InlineData("scheduled,running")]
    [InlineData("Deleted")]
    [InlineData("none")]
    public async Task StatusAskedFor_IsOneName(string status)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        await client.GetAsync($"/api/v1/campaigns?status={status}").ProblemAsync(HttpStatusCode.BadRequest, "bad_status");
        Assert.NotNull((await client.GetAsync("/api/v1/campaigns?status=Running").JsonAsync())["items"]);
    }
}
