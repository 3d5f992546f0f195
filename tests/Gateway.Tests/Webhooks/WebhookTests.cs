using System.Net;
using Dialer.Access;
using Dialer.Campaigns;
using Dialer.Silo.Storage;
using Dialer.Tests.Events;

namespace Dialer.Tests.Webhooks;

/// <summary>P51: webhooks are signed and retried, nothing is lost, and one receiver is nobody else's trouble.</summary>
public class WebhookTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task EveryTransition_IsDelivered_Signed_UnderStableIds_P51(StorageEngine engine)
    {
        await using var stage = await HookStage.NewAsync(rigs, engine);
        var (hook, secret) = await stage.HookAsync();
        var campaign = await stage.Rig.CampaignAsync();

        await StreamTests.CallAsync(stage.Rig, campaign);
        await stage.Rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value).FinishAsync("tester");

        var requests = await stage.Receiver.UntilAsync(
            r => r.Count >= 6, "six events");
        Assert.Equal(
            ["campaign.created", "campaign.finished", "campaign.started", "job.answered", "job.finished", "job.started"],
            requests.Select(r => r.Type).Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"{campaign.Id}-{i}").Order(StringComparer.Ordinal), requests.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.All(requests, r => Assert.True(r.IsSignedBy(secret)));
        Assert.All(requests, r => Assert.False(r.IsSignedBy("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")));
        var deliveries = await stage.UntilDeliveriesAsync(hook, d => d.Count == 6 && d.All(x => (string?)x["status"] == "delivered"), "all are delivered");
        Assert.All(deliveries, d => Assert.Equal(204, (int)d["attempts"]![0]!["status"]!));
        Assert.Equal(0, (int)(await stage.Admin.GetAsync($"/api/v1/webhooks/{hook}").JsonAsync())["pending"]!);
    }

    [Fact]
    public async Task FailedDelivery_IsRetried_UnderTheSameId_P51()
    {
        await using var stage = await HookStage.NewAsync(rigs);
        var (hook, secret) = await stage.HookAsync(more: ""","events":["campaign.created"]""");
        stage.Receiver.Answer = (_, _) => Task.FromResult(stage.Receiver.Requests.Count < 2 ? 500 : 200);
        await stage.Rig.CampaignAsync();

        var requests = await stage.Receiver.UntilAsync(r => r.Count == 2, "a second attempt");

        Assert.Single(requests.Select(r => r.Id).Distinct());
        Assert.All(requests, r => Assert.True(r.IsSignedBy(secret)));
        var delivery = (await stage.UntilDeliveriesAsync(hook, d => d.Count == 1 && (string?)d[0]["status"] == "delivered", "it is delivered"))[0];
        Assert.Equal([(500, "status"), (200, null)], delivery["attempts"]!.AsArray().Select(a => ((int)a!["status"]!, (string?)a["error"])));
    }

    [Fact]
    public async Task Gone_DisablesTheWebhook_AndEnabledItSendsWhatWaited_P51()
    {
        await using var stage = await HookStage.NewAsync(rigs);
        var (hook, _) = await stage.HookAsync(more: ""","events":["campaign.created"]""");
        stage.Receiver.Answer = (_, _) => Task.FromResult(410);
        await stage.Rig.CampaignAsync();
        await Until.TrueAsync(async () => (string?)(await HookAsync())["status"] == "disabled", "it is disabled");
        Assert.Equal("gone", (string?)(await HookAsync())["reason"]);
        var failed = (await stage.DeliveriesAsync(hook, "&status=failed"))[0];
        await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/deliveries/{failed["id"]}/replay", "").ProblemAsync(HttpStatusCode.Conflict, "webhook_disabled");
        await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/test", "").ProblemAsync(HttpStatusCode.Conflict, "webhook_disabled");

        stage.Receiver.Answer = (_, _) => Task.FromResult(200);
        await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/enable", "").JsonAsync();
        var replayed = await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/deliveries/{failed["id"]}/replay", "").JsonAsync(HttpStatusCode.Accepted);

        Assert.Equal((string?)failed["eventId"], (string?)replayed["eventId"]);
        var requests = await stage.Receiver.UntilAsync(r => r.Count == 2, "the replay");
        Assert.Equal(requests[0].Id, requests[1].Id);

        async Task<System.Text.Json.Nodes.JsonNode> HookAsync() => await stage.Admin.GetAsync($"/api/v1/webhooks/{hook}").JsonAsync();
    }

    [Fact]
    public async Task Redirects_AreNotFollowed_P51()
    {
        await using var stage = await HookStage.NewAsync(rigs, scale: 1);
        var (hook, _) = await stage.HookAsync();
        stage.Receiver.Answer = (_, context) =>
        {
            context.Response.Headers.Location = stage.Receiver.Url + "/elsewhere";
            return Task.FromResult(307);
        };
        await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/test", "").JsonAsync(HttpStatusCode.Accepted);

        var delivery = (await stage.UntilDeliveriesAsync(hook, d => d[0]["attempts"]!.AsArray().Count > 0, "an attempt"))[0];

        Assert.Equal((307, "redirect", "pending"), ((int)delivery["attempts"]![0]!["status"]!, (string?)delivery["attempts"]![0]!["error"], (string?)delivery["status"]));
        Assert.All(stage.Receiver.Requests, r => Assert.Equal("/hook", r.Path));
    }

    [Fact]
    public async Task NameThatLeadsIntoAPrivateNetwork_IsRefusedWhenItIsConnectedTo_P51()
    {
        // allowed when it was made, and no more after a restart: as a name that has changed its mind
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var receiver = await HookReceiver.StartAsync();
        string hook;
        await using (var rig = await HookStage.RigAsync(storage))
        {
            using var admin = await rig.ClientAsync(AccessRole.Admin);
            (hook, _) = await HookStage.HookAsync(admin, receiver.Url);
        }

        await using var strict = await HookStage.RigAsync(storage, allow: null);
        await using var stage = new HookStage(strict, await strict.ClientAsync(AccessRole.Admin), receiver);
        await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/test", "").JsonAsync(HttpStatusCode.Accepted);

        var delivery = (await stage.UntilDeliveriesAsync(hook, d => d[0]["attempts"]!.AsArray().Count > 0, "an attempt"))[0];

        Assert.Equal("address_refused", (string?)delivery["attempts"]![0]!["error"]);
        Assert.Null(delivery["attempts"]![0]!["status"]);
        Assert.Empty(receiver.Requests);
    }

    [Theory, BothEngines]
    public async Task RestartInTheMiddle_LosesNone_P51(StorageEngine engine)
    {
        var storage = await rigs.Engines.NewAsync(engine);
        await using var receiver = await HookReceiver.StartAsync();
        var taken = 0;
        // the third and what follows is received, but never answered before the process ends
        receiver.Answer = async (_, context) =>
        {
            if (Interlocked.Increment(ref taken) > 2)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return 200;
        };
        var expected = new List<string>();
        await using (var rig = await HookStage.RigAsync(storage))
        {
            using var admin = await rig.ClientAsync(AccessRole.Admin);
            await HookStage.HookAsync(admin, receiver.Url);
            for (var i = 0; i < 10; i++)
            {
                expected.Add($"{(await rig.CampaignAsync()).Id}-1");
            }

            await receiver.UntilAsync(r => r.Count > 2, "some are under way");
        }

        var before = receiver.Requests.Count;
        receiver.Answer = (_, _) => Task.FromResult(200);
        await using var again = await HookStage.RigAsync(storage);

        var requests = await receiver.UntilAsync(r => expected.TrueForAll(e => r.Skip(2).Any(x => x.Id == e) || r.Take(2).Any(x => x.Id == e)), "all came");
        Assert.True(requests.Count > before);
        await Until.TrueAsync(async () => await PendingAsync(again) == 0, "none waits");
        // one whose answer was not yet written down may come again, under its id
        Assert.All(receiver.Requests, r => Assert.Contains(r.Id, expected));
    }

    [Fact]
    public async Task DeadReceiver_HoldsUpNobodyElse_P51()
    {
        await using var stage = await HookStage.NewAsync(rigs);
        stage.Receiver.Answer = async (request, context) =>
        {
            if (request.Path == "/dead")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return 200;
        };
        var (dead, _) = await stage.HookAsync("/dead");
        await stage.HookAsync("/alive");
        for (var i = 0; i < 30; i++)
        {
            await stage.Rig.CampaignAsync();
        }

        var began = TimeProvider.System.GetTimestamp();
        await stage.Receiver.UntilAsync(r => r.Count(x => x.Path == "/alive") == 30, "the other one has all");
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        var late = await stage.UntilDeliveriesAsync(dead, d => d.Any(x => x["attempts"]!.AsArray().Count > 0), "a timeout");
        Assert.Contains(late, d => d["attempts"]!.AsArray().Any(a => (string?)a!["error"] == "timeout"));
        Assert.DoesNotContain(late, d => (string?)d["status"] == "delivered");
    }

    [Fact]
    public async Task Secret_IsShownOnce_AndPagesOfDeliveriesGoBack_P51()
    {
        await using var stage = await HookStage.NewAsync(rigs);
        var (hook, secret) = await stage.HookAsync(more: ""","description":"CRM","events":["webhook.test"]""".Replace("webhook.test", "job.*", StringComparison.Ordinal));
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        foreach (var path in (string[])["/api/v1/webhooks", $"/api/v1/webhooks/{hook}", $"/api/v1/webhooks/{hook}/deliveries", "/api/v1/audit"])
        {
            Assert.DoesNotContain(secret, await stage.Admin.GetStringAsync(path), StringComparison.Ordinal);
        }

        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((string)(await stage.Admin.PostAsync($"/api/v1/webhooks/{hook}/test", "").JsonAsync(HttpStatusCode.Accepted))["id"]!);
        }

        var pages = new List<string>();
        string? cursor = null;
        do
        {
            var page = await stage.Admin.GetAsync($"/api/v1/webhooks/{hook}/deliveries?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}").JsonAsync();
            pages.AddRange(page["items"]!.AsArray().Select(d => (string)d!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(ids.AsEnumerable().Reverse(), pages);
        Assert.Equal(HttpStatusCode.NoContent, (await stage.Admin.DeleteAsync($"/api/v1/webhooks/{hook}")).StatusCode);
        await stage.Admin.GetAsync($"/api/v1/webhooks/{hook}").ProblemAsync(HttpStatusCode.NotFound, "webhook_not_found");
    }

    [Theory]
    [InlineData("""{"url":"https://127.0.0.1/x"}""", "address_refused", "/url")]
    [InlineData("""{"url":"https://2130706433/x"}""", "address_refused", "/url")]
    [InlineData("""{"url":"https://[::ffff:10.0.0.1]/x"}""", "address_refused", "/url")]
    [InlineData("""{"url":"https://[fd00::1]/x"}""", "address_refused", "/url")]
    [InlineData("""{"url":"https://169.254.169.254/latest/meta-data"}""", "address_refused", "/url")]
    [InlineData("""{"url":"https://localhost./x"}""", "address_refused", "/url")]
    [InlineData("""{"url":"http://crm.example/x"}""", "https_required", "/url")]
    [InlineData("""{"url":"https://crm.example/\u0000"}""", "invalid_setting", "/url")]
    [InlineData("""{"url":"ftp://crm.example/x"}""", "invalid_setting", "/url")]
    [InlineData("""{"url":"https://user:password@crm.example/x"}""", "invalid_setting", "/url")]
    [InlineData("""{"url":"https://crm.example/x","events":["job.done"]}""", "invalid_setting", "/events")]
    [InlineData("""{"url":"https://crm.example/x","campaigns":["x"]}""", "invalid_setting", "/campaigns")]
    [InlineData("""{"url":"https://crm.example/x","campaigns":["77"]}""", "invalid_setting", "/campaigns")]
    public async Task WebhookThatCannotBe_IsRefusedWithItsField_P51(string json, string code, string field)
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var problem = await admin.PostAsync("/api/v1/webhooks", json).ProblemAsync(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(field, (string?)problem["errors"]![0]!["pointer"]);
    }

    private static async Task<int> PendingAsync(GatewayRig rig)
    {
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        return (int)(await admin.GetAsync("/api/v1/webhooks").JsonAsync())["items"]![0]!["pending"]!;
    }
}
