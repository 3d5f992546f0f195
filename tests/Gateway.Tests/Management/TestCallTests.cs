using System.Net;
using Dialer.Access;
using Dialer.Calls;
using Dialer.Numbers;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary><c>POST /channels/{id}/test-call</c>: one call by the rules of every call (P39).</summary>
public class TestCallTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task TestCall_IsMade_FollowedOnItsTimeline_AndItsCampaignEnds(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var channel = await rig.ChannelAsync();
        var phone = GatewayRig.Phones(1)[0];

        using var answer = await client.PostAsync($"/api/v1/channels/{channel}/test-call", $$"""{"phone":"+{{phone}}","timeZone":"Europe/Moscow"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var call = Assert.Single(rig.Carrier.Trunk(channel).Calls);
        Assert.Equal(new PhoneNumber(phone), call.Command.To);
        call.Reach();
        var timeline = answer.Headers.Location!.OriginalString;
        await Until.TrueAsync(async () => (string?)(await client.GetAsync(timeline).JsonAsync())["number"]!["result"] == "reached", "the call's result is told");
        var campaign = timeline.Split("/numbers/")[0];
        await Until.TrueAsync(async () => (string?)(await client.GetAsync(campaign).JsonAsync())["status"] == "finished", "its campaign ended by itself");
        Assert.Single(rig.Carrier.Trunk(channel).Calls);
    }

    [Fact]
    public async Task TestCall_ThatMayNotBeMade_IsRefused_AndNeverMadeLater_P38_P39()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Admin);
        var channel = await rig.ChannelAsync();
        var address = $"/api/v1/channels/{channel}/test-call";
        var phone = GatewayRig.Phones(1)[0];
        using (var listed = await client.PutAsync($"/api/v1/do-not-call/{phone}", Wire.Json("{}")))
        {
            Assert.True(listed.IsSuccessStatusCode);
        }

        var refused = await client.PostAsync(address, $$"""{"phone":"{{phone}}","timeZone":"Europe/Moscow"}""").ProblemAsync(HttpStatusCode.Conflict, "not_called");
        Assert.Contains("dnc", (string?)refused["detail"], StringComparison.Ordinal);
        await client.PostAsync(address, """{"phone":"123","timeZone":"Europe/Moscow"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "phone_bad_format");
        await client.PostAsync(address, $$"""{"phone":"{{phone}}","timeZone":"Mars/Base"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        // nobody borrows the daylight of another place (P60)
        await client.PostAsync(address, $$"""{"phone":"{{phone}}","timeZone":"Pacific/Honolulu"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        await client.PostAsync("/api/v1/channels/1/test-call", """{"phone":"79161234567","timeZone":"Europe/Moscow"}""").ProblemAsync(HttpStatusCode.NotFound, "channel_not_found");
        Assert.Empty(rig.Carrier.Trunk(channel).Calls);

        var busy = await rig.ChannelAsync();
        var other = GatewayRig.Phones(1)[0];
        rig.Carrier.Trunk(busy).OnDial = c => c.End(CallClass.Busy);
        using var made = await client.PostAsync($"/api/v1/channels/{busy}/test-call", $$"""{"phone":"{{other}}","timeZone":"Europe/Moscow"}""");
        Assert.Equal(HttpStatusCode.Accepted, made.StatusCode);
        await Until.TrueAsync(
            async () => (string?)(await client.GetAsync(made.Headers.Location!.OriginalString).JsonAsync())["number"]!["lastOutcome"] == "busy", "busy is told");
        Assert.Single(rig.Carrier.Trunk(busy).Calls);
    }

    [Fact]
    public async Task TestCall_OverATrunk_KeepsToItsDestinations_P39()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Admin);
        var made = await client.PostAsync("/api/v1/channels", """{"name":"trunk","kind":"sip","sip":{"host":"127.0.0.1","port":5999}}""").JsonAsync(HttpStatusCode.Created);
        var refused = await client.PostAsync($"/api/v1/channels/{made["id"]}/test-call", """{"phone":"12025550123","timeZone":"Europe/Moscow"}""")
            .ProblemAsync(HttpStatusCode.UnprocessableEntity, "destination_not_allowed");
        Assert.Contains("destinationPrefixes", (string?)refused["detail"], StringComparison.Ordinal);
    }
}
