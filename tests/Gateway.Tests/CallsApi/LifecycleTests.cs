using System.Globalization;
using System.Text.Json.Nodes;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.CallsApi;

/// <summary>Items 9 to 14 of the checklist (calls-api §7), which need calls: over the wire, with a carrier that does what the test says.</summary>
public class LifecycleTests(Rigs rigs)
{
    [Fact]
    public async Task Item9_TechnicalRun_Waits1To128Minutes_AndTheNinthBurnsAnAttempt_P8()
    {
        await using var rig = await rigs.NewAsync(StorageEngine.Sqlite);
        var stage = await StageAsync(rig, c => c with { Attempts = new AttemptPolicy { Initial = 1, PauseMinutes = 1 } }, hasBreaker: false);
        stage.Trunk.OnDial = c => c.End(CallClass.Technical, isChannelClass: true);
        var phone = GatewayRig.Phones(1)[0];
        var id = await stage.AddAsync(phone);
        var subscriber = rig.Grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(stage.Id, new PhoneNumber(phone)));
        for (var k = 1; k <= 8; k++)
        {
            var error = k;
            var tries = await Until.GetAsync(() => CallsAsync(rig, id), t => t.Count == error, $"error {k} is stored");
            Assert.Equal(("onRetry", 0), ((string?)(await stage.JobAsync(id))["jobStatus"], (int)(await stage.JobAsync(id))["attemptsCount"]!));
            Assert.Equal(TimeSpan.FromMinutes(1 << (k - 1)), tries[^1].NextAt - tries[^1].EndedAt);
            rig.Clock.Forward(tries[^1].NextAt - rig.Clock.Now());
            await subscriber.WakeAsync();
        }

        var job = await stage.UntilJobAsync(id, j => j["finishedAt"] is not null, "the ninth error ends it");
        Assert.Equal(("technicalError", 1), ((string?)job["jobStatus"], (int)job["attemptsCount"]!));
        var attempt = Assert.Single((await stage.PostAsync("/callAttempt/getReport", $$"""{"ids":["{{id}}"]}""")).AsArray())!;
        Assert.Equal((1, "technicalError"), ((int)attempt["attemptNumber"]!, (string?)attempt["jobStatus"]));
    }

    [Fact]
    public async Task Item10_Retry_IsMeasuredFromTheEndOfTheAttempt_P6()
    {
        await using var rig = await rigs.NewAsync(StorageEngine.Sqlite);
        var stage = await StageAsync(rig, c => c with { Attempts = new AttemptPolicy { Initial = 2, PauseMinutes = 10 } });
        var id = await stage.AddAsync(GatewayRig.Phones(1)[0]);
        var first = (await stage.Trunk.UntilLiveAsync(1, "it rings"))[0];
        rig.Clock.Forward(TimeSpan.FromSeconds(25));
        first.End(CallClass.Busy);
        await stage.UntilJobAsync(id, j => (string?)j["jobStatus"] == "onRetry", "it waits");
        rig.Clock.Forward(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(12));
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        // ten minutes after its start, but not yet after its end
        Assert.Single(stage.Trunk.Calls);
        rig.Clock.Forward(TimeSpan.FromSeconds(12));
        await stage.Trunk.UntilLiveAsync(1, "it is called again");
        var attempt = Assert.Single((await stage.PostAsync("/callAttempt/getReport", $$"""{"ids":["{{id}}"]}""")).AsArray())!;
        Assert.Equal(first.DialedAt.Ms, (long)attempt["startedAt"]!, 2_000.0);
        Assert.InRange((long)attempt["finishedAt"]! - (long)attempt["startedAt"]!, 25_000, 40_000);
    }

    [Theory, BothEngines]
    public async Task Item11_DrainedCampaign_StaysInProgress_AndTakesNumbers_P9(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig);
        stage.Trunk.OnDial = c => c.Reach(new BotReply { CallResult = "ok", ReportDataJson = """{"city":{"value":"Омск","order":1}}""" });
        var id = await stage.AddAsync(GatewayRig.Phones(1)[0]);
        var job = await stage.UntilJobAsync(id, j => j["finishedAt"] is not null, "it is done");
        Assert.Equal(("longCallWithResult", 1, "Омск"), ((string?)job["jobStatus"], (int)job["attemptsCount"]!, (string?)job["reportData"]!["city"]));
        Assert.Equal("inProgress", (string?)await stage.GetAsync("/status"));
        var attempt = Assert.Single((await stage.PostAsync("/callAttempt/getReport", $$"""{"ids":[{{id}}]}""")).AsArray())!.AsObject();
        Assert.Equal(("ok", "longCallWithResult", null), ((string?)attempt["callResult"], (string?)attempt["jobStatus"], (int?)attempt["redialNumber"]));
        Assert.Equal(
            ["callJobId", "redialNumber", "phone", "jobStatus", "callResult", "callDuration", "startedAt", "finishedAt", "attemptNumber", "tagName", "tagPayload", "reportData"],
            attempt.Select(p => p.Key));
        await stage.UntilJobAsync(await stage.AddAsync(GatewayRig.Phones(1)[0]), j => j["finishedAt"] is not null, "a later number is called");
        var info = await stage.GetAsync("");
        Assert.Equal((2, 2, 0), ((int)info["shortReport"]!["totalNumbers"]!, (int)info["shortReport"]!["processedNumbers"]!, (int)info["shortReport"]!["inProcessCalls"]!));
    }

    [Theory, BothEngines]
    public async Task Item12_Pause_LeavesLiveCalls_AndBlocksNewOnes_P11(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, c => c with { MaxSimultaneousCalls = 1 });
        var (first, second) = (await stage.AddAsync(GatewayRig.Phones(1)[0]), await stage.AddAsync(GatewayRig.Phones(1)[0]));
        var call = (await stage.Trunk.UntilLiveAsync(1, "the first rings"))[0];
        call.Answer();
        await stage.UntilJobAsync(first, j => (string?)j["jobStatus"] == "inProcess", "it talks");
        using (var paused = await stage.Client.PostAsync(stage.Path + "/control/pause", null))
        {
            Assert.Equal((200, ""), ((int)paused.StatusCode, await paused.Content.ReadAsStringAsync()));
        }

        Assert.False(call.HasEnded);
        call.End();
        Assert.Equal("longCallWithNoResult", (string?)(await stage.UntilJobAsync(first, j => j["finishedAt"] is not null, "it ended by itself"))["jobStatus"]);
        Assert.Equal("planned", (string?)(await stage.JobAsync(second))["jobStatus"]);
        Assert.Single(stage.Trunk.Calls);

        // in its target state it is refused; the same key answers as before
        using (var again = await stage.Client.PostAsync(stage.Path + "/control/pause", null))
        {
            Assert.Equal(400, (int)again.StatusCode);
            Assert.Equal("invalid.call.task.state", (string?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["error"]);
        }

        for (var i = 0; i < 2; i++)
        {
            using var resume = new HttpRequestMessage(HttpMethod.Post, stage.Path + "/control/resume") { Headers = { { "Idempotence-Key", "r1" } } };
            using var resumed = await stage.Client.SendAsync(resume);
            Assert.Equal(200, (int)resumed.StatusCode);
        }

        await stage.Trunk.UntilLiveAsync(1, "the second is called");
    }

    [Fact]
    public async Task Item13_VendorsExample_AtSixInTheEvening_IsB_A_D_C_P23()
    {
        await using var rig = await rigs.NewAsync(StorageEngine.Sqlite);
        var stage = await StageAsync(rig, c => c with { MaxSimultaneousCalls = 1, UseSubscriberLocalTime = false }, isStarted: false);
        var moscow = TimeZoneInfo.FindSystemTimeZoneById("Europe/Moscow");
        var today = TimeZoneInfo.ConvertTime(rig.Clock.GetUtcNow(), moscow).Date.AddDays(1);
        DateTimeOffset At(int hour) => new(today.AddHours(hour), moscow.GetUtcOffset(today.AddHours(hour)));
        var phones = GatewayRig.Phones(4);
        // C and D have no end, only a start
        string[] items =
        [
            $$"""{"phone":"{{phones[0]}}","allowedTime":{"default":[{"localTimeFrom":"17:00","localTimeTo":"21:00"}]} }""",
            $$"""{"phone":"{{phones[1]}}","allowedTime":{"default":[{"localTimeFrom":"18:00","localTimeTo":"18:30"}]} }""",
            $$"""{"phone":"{{phones[2]}}","startDateTime":"{{At(17).ToString("O", CultureInfo.InvariantCulture)}}"}""",
            $$"""{"phone":"{{phones[3]}}","startDateTime":"{{At(16).ToString("O", CultureInfo.InvariantCulture)}}"}""",
        ];
        await stage.PostAsync("/addPhones", $"[{string.Join(',', items)}]");
        rig.Clock.Forward(At(18) + TimeSpan.FromSeconds(5) - rig.Clock.GetUtcNow());
        stage.Trunk.OnDial = c => c.Reach();
        Assert.True((await stage.Campaign.StartAsync("test")).IsDone);
        await Until.TrueAsync(() => stage.Trunk.Calls.Count == 4, "all are called");
        // by their first tries: on a busy machine a token comes too late, and the number is called a moment after the next
        var queries = rig.Get<IDialerQueries>();
        await Until.TrueAsync(async () => (await queries.ReadJobsAsync(stage.Id, default(JobId), 10)).All(j => j.Status == JobStatus.Final), "all are over");
        var firsts = await Task.WhenAll((await queries.ReadJobsAsync(stage.Id, default(JobId), 10)).Select(async j => (j.Phone.Value, (await queries.ReadTriesAsync(j.Id))[0].StartedAt)));
        Assert.Equal([phones[1], phones[0], phones[3], phones[2]], firsts.OrderBy(f => f.StartedAt).Select(f => f.Value));
    }

    [Theory, BothEngines]
    public async Task Item14_Redial_HasAtMostFiveAttempts_AndIsARowOfItsOwn_P26(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await StageAsync(rig, c => c with { Attempts = new AttemptPolicy { Initial = 1, Maximum = 6, PauseMinutes = 1 } });
        var redial = new BotReply { Redial = new Redial { Policy = new CallPolicy { MaxAttempts = 10, RetryMinutes = 1 } } };
        stage.Trunk.OnDial = c =>
        {
            if (stage.Trunk.Calls.Count == 1)
            {
                c.Reach(redial);
            }
            else
            {
                c.End(CallClass.Busy);
            }
        };
        var id = await stage.AddAsync(GatewayRig.Phones(1)[0]);
        for (var made = 1; made <= 5; made++)
        {
            var calls = made;
            await Until.TrueAsync(() => stage.Trunk.Calls.Count >= calls, $"call {calls}");
            await Until.TrueAsync(async () => (await CallsAsync(rig, id)).Count == calls, $"call {calls} is over");
            rig.Clock.Forward(TimeSpan.FromSeconds(61));
        }

        await Until.TrueAsync(() => stage.Trunk.Calls.Count == 6, "five calls of the redial");
        await Until.TrueAsync(async () => (await RowsAsync(stage, id))[^1]!["finishedAt"] is not null, "the job is done");
        var rows = await RowsAsync(stage, id);
        Assert.Equal(
            [(null, "longCallWithNoResult", 1), ((int?)1, "noAnswer", 5)],
            rows.Select(r => ((int?)r!["redialNumber"], (string?)r["jobStatus"], (int)r["attemptsCount"]!)));
        Assert.Equal(6, (await stage.PostAsync("/callAttempt/getReport", $$"""{"ids":["{{id}}"]}""")).AsArray().Count);
        var byDate = (await stage.PostAsync("/callJob/getReportByDate", """{"filter":{"finishedAtFrom":1},"pagination":{"pageSize":10}}"""))["items"]!.AsArray();
        Assert.Equal([null, (int?)1], byDate.Select(r => (int?)r!["redialNumber"]));
    }

    /// <summary>Tries that left for the carrier: on a busy machine one may be too late for its token, and goes again.</summary>
    private static async Task<IReadOnlyList<TryRecord>> CallsAsync(GatewayRig rig, JobId id) =>
        [.. (await rig.Get<IDialerQueries>().ReadTriesAsync(id)).Where(t => t.Class != CallClass.NotPlaced)];

    private static async Task<JsonArray> RowsAsync(CallsStage stage, JobId id) =>
        (await stage.PostAsync("/callJob/getReport", $$"""{"ids":["{{id}}"]}""")).AsArray();

    private static async Task<CallsStage> StageAsync(
        GatewayRig rig, Func<CampaignSettings, CampaignSettings>? change = null, bool hasBreaker = true, bool isStarted = true)
    {
        var channel = await rig.ChannelAsync(c => c with { Breaker = hasBreaker });
        var campaign = await rig.CampaignAsync(change, channel);
        var stage = new CallsStage(rig, campaign, channel, await rig.ClientAsync(null));
        if (isStarted)
        {
            Assert.True((await stage.Campaign.StartAsync("test")).IsDone);
        }

        return stage;
    }
}
