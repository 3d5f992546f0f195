using System.Net;
using Dialer.Access;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary>Texts that no database has to store and nobody can read: refused by one rule, on either engine alike.</summary>
public class HostileTextTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task ControlCharacters_AreRefused_WhereverPeopleWrite(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var phone = GatewayRig.Phones(1)[0];
        var (channel, campaign) = (await rig.ChannelAsync(), (await rig.CampaignAsync()).Id);
        foreach (var bad in (string[])["\\u0000", "a\\u0000b", "a\\u001bb", "a\\u0085b", "a\\nb"])
        {
            await RefusedAsync(admin.PostAsync("/api/v1/keys", $$"""{"name":"x{{bad}}x","role":"viewer"}"""), "/name");
            await RefusedAsync(admin.PostAsync("/api/v1/channels", $$"""{"name":"x{{bad}}x","kind":"simulated"}"""), "/name");
            await RefusedAsync(ChannelTests.PatchAsync(admin, $"/api/v1/channels/{channel}", $$"""{"name":"x{{bad}}x"}""", "*"), "/name");
            await RefusedAsync(
                admin.PostAsync("/api/v1/campaigns", $$"""{"name":"x{{bad}}x","channelId":"{{channel}}","timeZone":"Europe/Moscow"}"""), "/name");
            await RefusedAsync(ChannelTests.PatchAsync(admin, $"/api/v1/campaigns/{campaign}", $$"""{"project":"x{{bad}}x"}""", "*"), "/project");
            await RefusedAsync(
                ChannelTests.PatchAsync(admin, $"/api/v1/campaigns/{campaign}", $$$"""{"outerHoursException":{"reason":"x{{{bad}}}x"}}""", "*"), "/outerHoursException/reason");
            await RefusedAsync(admin.PutAsync($"/api/v1/do-not-call/{phone}", Wire.Json($$"""{"reason":"x{{bad}}x"}""")), "/reason");
            await RefusedAsync(admin.PostAsync("/api/v1/webhooks", $$"""{"url":"https://hooks.example.com/","description":"x{{bad}}x"}"""), "/description");
            await RefusedAsync(admin.PostAsync("/api/v1/webhooks", $$"""{"url":"https://hooks.example.com/x{{bad}}x"}"""), "/url");
        }

        await RefusedAsync(UploadAsync("name=x%00x"), "/name");
        await RefusedAsync(UploadAsync("name=list&basis=x%00x"), "/basis");
        using var lines = await UploadAsync("name=list&basis=one%0Atwo");
        Assert.Equal(HttpStatusCode.Accepted, lines.StatusCode);
        await admin.GetAsync("/api/v1/campaigns?q=x%00x").JsonAsync();

        Task<HttpResponseMessage> UploadAsync(string query) =>
            admin.PostAsync($"/api/v1/phone-lists?{query}", new StringContent("phone\n79161234567\n", System.Text.Encoding.UTF8, "text/csv"));
    }

    [Theory]
    [InlineData("22021", HttpStatusCode.BadRequest, "invalid_text")]
    [InlineData("22P05", HttpStatusCode.BadRequest, "invalid_text")]
    [InlineData("22003", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("23505", HttpStatusCode.Conflict, "conflict")]
    [InlineData("57P01", HttpStatusCode.ServiceUnavailable, "unavailable")]
    public async Task WhatTheDatabaseRefuses_IsNoOutage(string state, HttpStatusCode status, string code)
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var rig = await GatewayRig.StartAsync(storage, configure: services =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Dialer.Reports.IDialerQueries>(services, _ =>
                throw new InvalidOperationException("wrapped", new Npgsql.PostgresException("refused", "ERROR", "ERROR", state))));
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        await client.GetAsync("/api/v1/campaigns").ProblemAsync(status, code);
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> answering, string pointer)
    {
        var problem = await answering.ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal(pointer, (string?)problem["errors"]![0]!["pointer"]);
    }
}
