using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Callbacks;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Installations;
using Dialer.Subscribers;

namespace Dialer.Tests.Callbacks;

/// <summary>P41: the signed address of one call, over HTTP, with a carrier that does what the test says.</summary>
public class CallbackTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Bot_AsksForPayloadAndHistory_AndItsWordsAreTheCallsResult_P41(StorageEngine engine)
    {
        var stage = await StageAsync(await rigs.GetAsync(engine));
        var call = await stage.DialAsync("""{"name":"Анна"}""");
        call.Answer();

        var told = await stage.Http.GetAsync(stage.Path(call)).JsonAsync();
        var originate = told["rawRequest"]!["originateData"]!;
        Assert.Equal((call.Id.ToString(), "Анна"), ((string?)originate["callId"], (string?)originate["payload"]!["name"]));
        Assert.Equal(call.Command.To.Digits, (string?)told["rawRequest"]!["caller"]);
        var history = originate["callScenarioData"]!["callAttemptsHistory"]!;
        Assert.Equal(["0", "1", "0", "99"], new[] { "completedAttempts", "availableAttempts", "completedAttemptsToPhone", "availableAttemptsToPhone" }.Select(n => history[n]!.ToJsonString()));
        Assert.Null(told["redial"]);
        Assert.DoesNotContain(stage.Token, told.ToJsonString(), StringComparison.Ordinal);

        var taken = await stage.SayAsync(call, """{"data":{"dialer":{"callResult":"CALLBACK","reportData":{"city":{"value":"Омск","order":1}},"callTags":{"vip":{"tagPayload":{"k":1}}},"answeredBy":"human"}}}""");
        Assert.Equal("""{"redial":null}""", taken.ToJsonString());
        call.End(CallClass.Answered);
        await stage.UntilFinalAsync(call);
        // after the call, and without "data" around it
        await stage.SayAsync(call, """{"dialer":{"reportData":{"mood":{"value":"good"}}}}""");

        var job = (await stage.ReportAsync("callJob", call)).Single()!;
        Assert.Equal(("longCallWithResult", "vip", 1), ((string?)job["jobStatus"], (string?)job["tagName"], (int)job["tagPayload"]!["k"]!));
        Assert.Equal(("Омск", "good"), ((string?)job["reportData"]!["city"], (string?)job["reportData"]!["mood"]));
        var attempt = (await stage.ReportAsync("callAttempt", call)).Single()!;
        Assert.Equal(("CALLBACK", "vip"), ((string?)attempt["callResult"], (string?)attempt["tagName"]));
    }

    /// <summary>Item 14 of the checklist (calls-api §7).</summary>
    [Theory, BothEngines]
    public async Task Item14_RedialOfTen_IsFive_CappedByThePhonesMaximum_AndTheSecondIsIgnored_P26(StorageEngine engine)
    {
        var stage = await StageAsync(await rigs.GetAsync(engine), c => c with { Attempts = new AttemptPolicy { Initial = 1, Maximum = 10 } });
        var call = await stage.DialAsync();
        call.Answer();
        Assert.Equal(5, Accepted(await stage.SayAsync(call, """{"dialer":{"redial":{"maxAttempts":10,"retryIntervalInMinutes":60}}}""")));
        Assert.Equal(0, Accepted(await stage.SayAsync(call, """{"dialer":{"redial":{"maxAttempts":2}}}""")));
        call.End(CallClass.Answered);
        await stage.UntilAsync(call, t => t.Redial is not null);
        Assert.Equal(0, Accepted(await stage.SayAsync(call, """{"dialer":{"redial":{"maxAttempts":3}}}""")));
        Assert.Equal(5, Accepted(await stage.SayAsync(call, """{"dialer":{"redial":{"maxAttempts":10,"retryIntervalInMinutes":60}}}""")));
        Assert.Equal(5, Accepted(await stage.Http.GetAsync(stage.Path(call)).JsonAsync()));
        Assert.Equal([null, (int?)1], (await stage.ReportAsync("callJob", call)).Select(r => (int?)r!["redialNumber"]));

        var capped = await StageAsync(await rigs.GetAsync(engine), c => c with { Attempts = new AttemptPolicy { Initial = 1, Maximum = 3 } });
        call = await capped.DialAsync();
        call.End(CallClass.Busy);
        await capped.UntilFinalAsync(call);
        var answer = await capped.SayAsync(call, """{"dialer":{"redial":{"maxAttempts":10}}}""");
        Assert.Equal(2, Accepted(answer));
        Assert.Equal("2 of 5 attempts", (string?)(await capped.Http.GetAsync(capped.Path(call)).JsonAsync())["redial"]!["reason"]);
    }

    [Theory, BothEngines]
    public async Task WrongSignature_IsNotFound_AndSoIsAnotherCallsOne_P41(StorageEngine engine)
    {
        var stage = await StageAsync(await rigs.GetAsync(engine));
        var (call, other) = (await stage.DialAsync(), await stage.DialAsync());
        var right = stage.Path(call);
        string[] wrong =
        [
            right[..^1], right[..^1] + (right[^1] == 'A' ? 'B' : 'A'), right + "A", $"/callbacks/calls/{call.Id}/{stage.Path(other).Split('/')[^1]}",
            $"/callbacks/calls/{call.Id.Job}-99/{right.Split('/')[^1]}", $"/callbacks/calls/x/{right.Split('/')[^1]}", $"/callbacks/calls/{call.Id}/{new string('A', 2000)}",
        ];
        foreach (var path in wrong)
        {
            await stage.Http.GetAsync(path).ProblemAsync(HttpStatusCode.NotFound, "not_found");
            await stage.Http.PostAsync(path, """{"dialer":{"stopCalls":"job"}}""").ProblemAsync(HttpStatusCode.NotFound, "not_found");
        }

        call.Reach();
        other.Reach();
        await stage.UntilFinalAsync(call);
        Assert.Equal(EndReason.None, (await stage.JobAsync(call)).EndReason);
    }

    [Theory, BothEngines]
    public async Task FiveMinutesAfterTheCall_NothingIsTakenOrToldAnyMore_P41(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await StageAsync(rig);
        var call = await stage.DialAsync();
        call.Reach();
        await stage.UntilFinalAsync(call);
        rig.Clock.Forward(TimeSpan.FromMinutes(4.5));
        await stage.SayAsync(call, """{"dialer":{"callResult":"just in time"}}""");
        rig.Clock.Forward(TimeSpan.FromMinutes(1));
        await stage.Http.GetAsync(stage.Path(call)).ProblemAsync(HttpStatusCode.Gone, "call_over");
        await stage.Http.PostAsync(stage.Path(call), """{"dialer":{"callResult":"late"}}""").ProblemAsync(HttpStatusCode.Gone, "call_over");
    }

    [Fact]
    public async Task WhatCannotBeRead_IsRefusedByName_NotedInTheTimeline_AndTheCallGoesOn_P41()
    {
        var rig = await rigs.GetAsync();
        var stage = await StageAsync(rig);
        var call = await stage.DialAsync();
        call.Answer();
        var problem = await stage.Http.PostAsync(stage.Path(call), """{"dialer":{"redial":{"maxAttempts":99}}}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "bot_reply_invalid");
        Assert.Equal("/redial/maxAttempts", (string?)problem["errors"]![0]!["pointer"]);
        await stage.Http.PostAsync(stage.Path(call), "{").ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        await stage.Http.PostAsync(stage.Path(call), "{}").ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        var large = new StringContent($$"""{"dialer":{"callResult":"{{new string('x', 300 << 10)}}" } }""", Encoding.UTF8, "application/json");
        await stage.Http.PostAsync(stage.Path(call), large).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        call.End(CallClass.Answered);
        await stage.UntilFinalAsync(call);

        using var viewer = await rig.ClientAsync(AccessRole.Viewer);
        var timeline = await viewer.GetAsync($"/api/v1/campaigns/{stage.Campaign}/numbers/{call.Id.Job}").JsonAsync();
        var faults = timeline["notes"]!.AsArray().Where(n => (string?)n!["code"] == "bot_error").ToList();
        Assert.Equal(3, faults.Count);
        Assert.Contains("redial.maxAttempts", (string?)faults[0]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneCallsBot_IsLimited_AndAnotherCallsIsNot_P41()
    {
        var stage = await StageAsync(await rigs.GetAsync());
        var (call, other) = (await stage.DialAsync(), await stage.DialAsync());
        var statuses = await Task.WhenAll(Enumerable.Range(0, 80).Select(async _ =>
        {
            using var answer = await stage.Http.GetAsync(stage.Path(call));
            return answer.StatusCode;
        }));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Contains(HttpStatusCode.OK, statuses);
        await stage.Http.GetAsync(stage.Path(other)).JsonAsync();
        call.Reach();
        other.Reach();
    }

    private static int? Accepted(JsonNode answer) => (int?)answer["redial"]?["accepted"];

    private static async Task<Stage> StageAsync(GatewayRig rig, Func<CampaignSettings, CampaignSettings>? change = null)
    {
        var channel = await rig.ChannelAsync();
        var campaign = await rig.CampaignAsync(change, channel);
        Assert.True((await rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value).StartAsync("test")).IsDone);
        var key = CallbackSignature.KeyOf((await rig.Get<InstallationStore>().ReadAsync()).Key);
        return new Stage(rig, campaign, rig.Carrier.Trunk(channel), await rig.ClientAsync(null), key);
    }

    private sealed record Stage(GatewayRig Rig, CampaignView View, ScriptedTrunk Trunk, HttpClient Http, byte[] Key)
    {
        public CampaignId Campaign => View.Id;

        public string Token => View.Token;

        public string Path(ScriptedCall call) => $"/callbacks/calls/{call.Id}/{CallbackSignature.Of(Key, call.Id)}";

        public async Task<ScriptedCall> DialAsync(string? payload = null)
        {
            var phone = GatewayRig.Phones(1)[0];
            var added = await Rig.Get<IJobIntake>().AddAsync(Campaign, [new NewJob { Phone = new PhoneNumber(phone), Payload = payload }], null);
            Assert.True(added.IsDone);
            return await Trunk.UntilLiveAsync(phone, "it rings");
        }

        public Task<JsonNode> SayAsync(ScriptedCall call, string json) => Http.PostAsync(Path(call), json).JsonAsync();

        public async Task<JsonArray> ReportAsync(string kind, ScriptedCall call) =>
            (await Http.PostAsync($"/api/calls/campaign/{Token}/{kind}/getReport", $$"""{"ids":["{{call.Id.Job}}"]}""").JsonAsync()).AsArray();

        public async Task<JobReport> JobAsync(ScriptedCall call) => Assert.Single(await Rig.Get<IDialerQueries>().ReadJobsAsync(Campaign, [call.Id.Job]));

        public Task UntilFinalAsync(ScriptedCall call) => Until.GetAsync(() => JobAsync(call), j => j.Status == JobStatus.Final, "the job is final");

        public Task UntilAsync(ScriptedCall call, Func<TryRecord, bool> reached) => Until.TrueAsync(
            async () => (await Rig.Get<IDialerQueries>().ReadTriesAsync(call.Id.Job)).Any(t => t.Try == call.Id && reached(t)), "the call's record");
    }
}
