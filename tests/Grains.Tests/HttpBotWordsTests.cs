using System.Globalization;
using System.Text.Json.Nodes;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests.HttpBots;

namespace Dialer.Tests;

/// <summary>What an HTTP bot answers becomes of the call's result and of what follows it (P26, P41, P59).</summary>
public class HttpBotWordsTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Redial_SaidWhileTheCallIsUp_OpensASeries_AndItsFateIsToldNext_P26(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        bot.OnEvent = t => t.Name == "/start" && Series(t) == 0 ? Redial(rig, attempts: 2) : null;
        var (stage, job, phone) = await BeginAsync(rig, bot);
        await BothAsync(stage, job);
        await HttpBotTests.TellsAsync(bot, 4);
        var told = bot.Of(phone);
        Assert.Equal(["/start", "hangup", "/start", "hangup"], told.Select(t => t.Name));
        Assert.Null(told[0].Json["redial"]);
        Assert.Equal(2, (int)told[1].Json["redial"]!["accepted"]!);
        Assert.Equal((1, 2), (Series(told[2]), (int)told[2].Json["redial"]!["accepted"]!));
        Assert.Equal(1, (int)told[2].Json["rawRequest"]!["originateData"]!["callScenarioData"]!["callAttemptsHistory"]!["completedAttemptsToPhone"]!);
        await stage.AssertBooksAsync();
    }

    [Theory]
    [InlineData("hangup", StorageEngine.Sqlite)]
    [InlineData("onCallNotConnected", StorageEngine.Sqlite)]
    [InlineData("hangup", StorageEngine.PostgreSql)]
    [InlineData("onCallNotConnected", StorageEngine.PostgreSql)]
    public async Task Redial_SaidWhenTheCallIsOver_OpensTheJobAgain_P26(string name, StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        bot.OnEvent = t => t.Name == name && Series(t) == 0 ? Redial(rig, attempts: 1) : null;
        var (stage, job, phone) = await BeginAsync(rig, bot, isAnswered: name == "hangup");
        await BothAsync(stage, job);
        await Until.TrueAsync(() => bot.Of(phone).Any(t => Series(t) == 1), "its bot is told");
        Assert.Equal(1, (int)bot.Of(phone).First(t => Series(t) == 1).Json["redial"]!["accepted"]!);
        Assert.DoesNotContain(await stage.NotesAsync(job), n => n.Code == JobNote.BotFault);
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task SecondRedialOfACall_IsIgnored_P26(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        bot.OnEvent = t => Series(t) > 0 ? null : Redial(rig, t.Name == "/start" ? 1 : 4);
        var (stage, job, _) = await BeginAsync(rig, bot, isAnswered: true, next: c => c.End(CallClass.Busy));
        await BothAsync(stage, job);
        await HttpBotTests.TellsAsync(bot, 3);
        Assert.Equal(["/start", "hangup", "onCallNotConnected"], bot.All.Select(t => t.Name));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task ResultAndColumns_SaidAtAnyEvent_AreTheCallsOwn_P41_P50(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        bot.OnEvent = t => t.Name switch
        {
            "/start" => """{"data":{"dialer":{"reportData":{"Имя":{"value":"Анна","order":1},"Сумма":{"value":"1"}},"answeredBy":"human","callResult":"EARLY"}}}""",
            "hangup" => """{"data":{"dialer":{"reportData":{"Сумма":{"value":"2"}},"callResult":"ACCEPTED","speechSeconds":3}}}""",
            _ => null,
        };
        var (stage, job, _) = await BeginAsync(rig, bot);
        await stage.UntilJobAsync(job, j => j.Result == JobResult.ReachedWithResult, "it has a result");
        var tried = await Until.GetAsync(async () => (await HttpBotTests.PlacedAsync(stage, job)).Single(), t => t.CallResult == "ACCEPTED", "the last word wins");
        Assert.Equal((AnsweredBy.Human, 3), (tried.AnsweredBy, tried.SpeechSeconds));
        var report = Assert.Single(await rig.Get<IJobReports>().ReadSeriesAsync(stage.Id, [job]));
        var columns = JsonNode.Parse(report.ReportDataJson!)!;
        Assert.Equal(("Анна", "2"), ((string?)columns["Имя"]!["value"], (string?)columns["Сумма"]!["value"]));
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task OptOut_EndsThePhonesJobsEverywhere_WhileTheCallIsStillUp_P59(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "/start" ? """{"data":{"dialer":{"stopCalls":"organisation"}}}""" : null;
        var rig = await rigs.GetAsync(engine);
        var other = await rig.StageAsync();
        var phone = Rig.Phones(1)[0];
        var waiting = await other.AddAsync(phone);
        var stage = await HttpBotTests.StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Answer();
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await other.UntilFinalAsync(waiting);
        var call = Assert.Single(stage.Trunk.Live);
        call.End(CallClass.Answered);
        Assert.Equal(EndReason.StopCalls, (await stage.UntilFinalAsync(job)).EndReason);
        Assert.Equal(EndReason.DoNotCall, (await other.JobAsync(waiting)).EndReason);
    }

    [Theory, BothEngines]
    public async Task OfAPoliteStop_LiveConversationsAreTold_AndWhatTheySayIsStored_P11_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "botHangup" ? """{"data":{"dialer":{"callResult":"CUT"}}}""" : null;
        await using var rig = await Rig.StartAsync(await rigs.Engines.NewAsync(engine), new Dialer.Silo.Hosting.DialerOptions { Storage = engine, ShutdownSeconds = 0 });
        var stage = await HttpBotTests.StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Answer();
        await stage.AddAsync(5);
        await stage.StartAsync();
        await HttpBotTests.TellsAsync(bot, 5);
        await HttpBotTests.HeardAsync(rig);
        await rig.StopAndStartAsync();
        var again = stage.Again();
        Assert.Equal(5, bot.All.Count(t => t.Name == "botHangup"));
        Assert.All(await again.JobsAsync(), j => Assert.Equal(JobResult.ReachedWithResult, j.Result));
    }

    private static async Task<(Stage Stage, JobId Job, string Phone)> BeginAsync(Rig rig, HttpBot bot, bool isAnswered = true, Action<ScriptedCall>? next = null)
    {
        var stage = await HttpBotTests.StageAsync(rig, bot);
        stage.Trunk.OnDial = c =>
        {
            if (c.Order > 0 && next is not null)
            {
                next(c);
            }
            else if (isAnswered)
            {
                c.Answer();
                // what the bot says at the start comes while the call is up
                _ = EndAsync(rig, c, bot);
            }
            else
            {
                c.End(CallClass.Busy);
            }
        };
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(new NewJob { Phone = new PhoneNumber(phone) });
        await stage.StartAsync();
        return (stage, job, phone.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task EndAsync(Rig rig, ScriptedCall call, HttpBot bot)
    {
        await Until.TrueAsync(() => bot.All.Any(t => t.CallId == call.Id.ToString()), "the bot hears of the call");
        await HttpBotTests.HeardAsync(rig);
        call.End(CallClass.Answered);
    }

    /// <summary>The call and the one of its redial, and no other.</summary>
    private static async Task BothAsync(Stage stage, JobId job)
    {
        await stage.UntilJobAsync(job, j => j.Status == JobStatus.Final && j.Attempts == 2, "the redial was made, and the job is over");
        Assert.Equal([0, 1], (await HttpBotTests.PlacedAsync(stage, job)).Select(t => (int)t.Series));
    }

    private static int Series(Told told) => (int?)told.Json["rawRequest"]!["originateData"]!["callScenarioData"]!["redialNumber"] ?? 0;

    private static string Redial(Rig rig, int attempts) => new JsonObject
    {
        ["data"] = new JsonObject
        {
            ["dialer"] = new JsonObject
            {
                ["redial"] = new JsonObject { ["startDateTime"] = rig.Now.Ms, ["maxAttempts"] = attempts, ["retryIntervalInMinutes"] = 60 },
            },
        },
    }.ToJsonString();
}
