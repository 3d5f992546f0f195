using System.Net;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary>The HTTP bot of a channel or a campaign, and the secret that its requests are signed with (P15, P41).</summary>
public class HttpBotTests(Rigs rigs)
{
    private const string Secret = "correct horse battery staple";
    private const string Other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory, BothEngines]
    public async Task SecretOfAChannel_IsNeverShown_StaysUnlessSent_AndNullRemovesIt_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var body = new JsonObject { ["name"] = "bot", ["kind"] = "simulated", ["scenario"] = new JsonObject { ["httpBot"] = Bot("https://bot.example.com/a", Secret) } };
        var made = await admin.PostAsync("/api/v1/channels", body.ToJsonString()).JsonAsync(HttpStatusCode.Created);
        await WalkAsync(
            admin, $"/api/v1/channels/{made["id"]}", made,
            async () => (await rig.Grains.GetGrain<IChannelGrain>(long.Parse((string)made["id"]!, null)).GetAsync())!.Settings.Scenario);
    }

    [Theory, BothEngines]
    public async Task SecretOfACampaign_IsNeverShown_StaysUnlessSent_AndNullRemovesIt_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var body = new JsonObject
        {
            ["name"] = "bot",
            ["channelId"] = (await rig.ChannelAsync()).ToString(),
            ["timeZone"] = "Europe/Moscow",
            ["scenario"] = new JsonObject { ["httpBot"] = Bot("https://bot.example.com/a", Secret) },
        };
        var made = await admin.PostAsync("/api/v1/campaigns", body.ToJsonString()).JsonAsync(HttpStatusCode.Created);
        await WalkAsync(
            admin, $"/api/v1/campaigns/{made["id"]}", made,
            async () => (await rig.Grains.GetGrain<ICampaignGrain>(long.Parse((string)made["id"]!, null)).GetAsync())!.Settings.Scenario!);
    }

    [Theory]
    [InlineData("""{"url":"ftp://bot.example.com"}""", "/scenario/httpBot/url")]
    [InlineData("""{"url":"bot.example.com/calls"}""", "/scenario/httpBot/url")]
    [InlineData("""{"url":"https://user:pass@bot.example.com"}""", "/scenario/httpBot/url")]
    [InlineData("""{"url":"https://bot.example.com","secret":"short"}""", "/scenario/httpBot/secret")]
    [InlineData("""{"url":"https://bot.example.com","secret":"whsec_this is no base64!"}""", "/scenario/httpBot/secret")]
    public async Task BadBots_AreRefused_WithTheField_AndTheSecretIsNotRepeated_P41(string bot, string field)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var scenario = "{\"httpBot\":" + bot + "}";
        var channel = await rig.ChannelAsync();
        foreach (var (path, text) in new[]
        {
            ("/api/v1/channels", $$"""{"name":"x","kind":"simulated","scenario":{{scenario}}}"""),
            ("/api/v1/campaigns", $$"""{"name":"x","channelId":"{{channel}}","timeZone":"Europe/Moscow","scenario":{{scenario}}}"""),
        })
        {
            var problem = await admin.PostAsync(path, text).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
            Assert.Equal(field, (string?)Assert.Single(problem["errors"]!.AsArray())!["pointer"]);
            Assert.DoesNotContain("no base64!", problem.ToJsonString(), StringComparison.Ordinal);
        }
    }

    private static async Task WalkAsync(HttpClient admin, string address, JsonNode made, Func<Task<Scenario>> stored)
    {
        Assert.True(Shown(made));
        Assert.Equal(new Secret(Secret), (await stored()).HttpBotSecret);

        var kept = await EditAsync(admin, address, made, """{"scenario":{"httpBot":{"url":"https://bot.example.com/b"}}}""");
        Assert.True(Shown(kept));
        Assert.Equal(("https://bot.example.com/b", new Secret(Secret)), ((await stored()).HttpBotUrl, (await stored()).HttpBotSecret));

        var changed = await EditAsync(admin, address, kept, new JsonObject { ["scenario"] = new JsonObject { ["httpBot"] = new JsonObject { ["secret"] = Other } } }.ToJsonString());
        Assert.True(Shown(changed));
        Assert.Equal(new Secret(Other), (await stored()).HttpBotSecret);

        var removed = await EditAsync(admin, address, changed, """{"scenario":{"httpBot":{"secret":null}}}""");
        Assert.False(Shown(removed));
        Assert.Null((await stored()).HttpBotSecret);
        Assert.False(Shown(await admin.GetAsync(address).JsonAsync()));
    }

    private static async Task<JsonNode> EditAsync(HttpClient admin, string address, JsonNode last, string patch) =>
        await ChannelTests.PatchAsync(admin, address, patch, (string)last["etag"]!).JsonAsync();

    private static bool Shown(JsonNode shown)
    {
        var text = shown.ToJsonString();
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, text, StringComparison.Ordinal);
        var bot = shown["settings"]!["scenario"]!["httpBot"]!;
        Assert.False(bot.AsObject().TryGetPropertyValue("secret", out var secret) && secret is not null);
        return (bool)bot["hasSecret"]!;
    }

    private static JsonObject Bot(string url, string secret) => new() { ["url"] = url, ["secret"] = secret };
}
