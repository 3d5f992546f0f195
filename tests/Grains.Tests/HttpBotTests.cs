using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Signing;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests.HttpBots;
using CallBots = Dialer.Silo.Telephony.HttpBots.HttpBots;

namespace Dialer.Tests;

/// <summary>An HTTP bot hears of its calls and says what is to be done with them (P41; calls-api §3.4, §3.5).</summary>
public class HttpBotTests(Rigs rigs)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    internal const string HangUp = """{"replies":[{"type":"hangup"}]}""";

    [Theory, BothEngines]
    public async Task AnsweredCall_IsRinging_Start_Hangup_InOrder_WithItsData_Signed_P15_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot, secret: Secret);
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(new NewJob { Phone = new PhoneNumber(phone), Payload = """{"name":"Анна","debt":{"sum":1}}""" });
        stage.Trunk.OnDial = c =>
        {
            c.Ring();
            c.Answer();
        };
        await stage.StartAsync();
        await TellsAsync(bot, 2);
        await HeardAsync(rig);
        var call = Assert.Single(stage.Trunk.Live);
        call.End(CallClass.Answered);
        await stage.UntilFinalAsync(job);
        await TellsAsync(bot, 3);

        Assert.Equal(["ringing", "/start", "hangup"], bot.All.Select(t => t.Name));
        Assert.Equal([$"{call.Id}-ringing", $"{call.Id}-start", $"{call.Id}-hangup"], bot.All.Select(t => t.Id));
        var channel = stage.ChannelId.ToString();
        foreach (var told in bot.All)
        {
            var raw = told.Json["rawRequest"]!;
            Assert.Equal(
                ("resterisk", channel, channel, told.Id, told.Phone),
                ((string?)told.Json["channelType"], (string?)told.Json["botId"], (string?)told.Json["channelBotId"], (string?)told.Json["questionId"], (string?)told.Json["clientId"]));
            Assert.Equal((phone.ToString(null, null), call.Id.ToString()), (told.Phone, told.CallId));
            Assert.Equal(("Анна", 1), ((string?)raw["originateData"]!["payload"]!["name"], (int)raw["originateData"]!["payload"]!["debt"]!["sum"]!));
            var scenario = raw["originateData"]!["callScenarioData"]!;
            Assert.NotNull(scenario["schedule"]!["campaignSchedule"]!["allowedDays"]);
            Assert.Equal((0, 1), ((int)scenario["callAttemptsHistory"]!["completedAttempts"]!, (int)scenario["callAttemptsHistory"]!["availableAttempts"]!));
            Assert.Null(told.Json["redial"]);
            var at = long.Parse(told.Headers["webhook-timestamp"], null);
            Assert.InRange(at, DateTimeOffset.FromUnixTimeMilliseconds(rig.Now.Ms).AddMinutes(-2).ToUnixTimeSeconds(), DateTimeOffset.FromUnixTimeMilliseconds(rig.Now.Ms).ToUnixTimeSeconds());
            Assert.Equal(StandardWebhooks.Sign(Secret, told.Id, at, told.Body), told.Headers["webhook-signature"]);
        }

        Assert.Equal(("answered", "callee"), Hangup(bot.All[^1]));
        Assert.Equal(JobResult.Reached, (await stage.JobAsync(job)).Result);
        Assert.DoesNotContain(await stage.NotesAsync(job), n => n.Code == JobNote.BotFault);
        Assert.InRange(bot.Probes, 1, 5);
    }

    [Theory, BothEngines]
    public async Task CallsThatReachNobody_AreToldWithTheirReason_P40_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot);
        CallClass[] classes = [CallClass.Busy, CallClass.Rejected, CallClass.NoAnswer, CallClass.Unreachable, CallClass.Technical, CallClass.Nonexistent];
        var phones = Rig.Phones(classes.Length);
        stage.Trunk.OnDial = c => c.End(classes[c.Phone - phones[0]]);
        await rig.Host.AddAsync(stage.Campaign, phones);
        await stage.StartAsync();
        await TellsAsync(bot, classes.Length);

        string Reason(int i) => (string?)Assert.Single(bot.Of(phones[i].ToString(null, null))).Json["data"]!["resterisk"]!["callNotConnectedData"]?["reason"] ?? "";
        Assert.Equal(["BUSY", "BUSY", "NO_ANSWER", "NO_ANSWER", "", ""], Enumerable.Range(0, classes.Length).Select(Reason));
        Assert.Equal(
            ["onCallNotConnected", "onCallNotConnected", "onCallNotConnected", "onCallNotConnected", "onCallNotConnectedTechnical", "onCallNotConnectedTechnical"],
            phones.Select(p => bot.Of(p.ToString(null, null))[0].Name));
        var technical = bot.Of(phones[4].ToString(null, null))[0].Json["rawRequest"]!["hangupData"]!;
        Assert.Equal(("technical", 503), ((string?)technical["outcome"], (int)technical["sipCode"]!));
        Assert.Equal("nonexistent", (string?)bot.Of(phones[5].ToString(null, null))[0].Json["rawRequest"]!["hangupData"]!["outcome"]);
    }

    [Theory, BothEngines]
    public async Task CallThatNeverLeft_IsNotTold_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot);
        var refused = 0;
        stage.Trunk.Refuse = _ => Interlocked.Increment(ref refused) <= 2 ? "no" : null;
        stage.Trunk.OnDial = c => c.Reach();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await stage.UntilFinalAsync(job);
        await TellsAsync(bot, 2);
        Assert.Equal(["/start", "hangup"], bot.All.Select(t => t.Name));
        Assert.InRange((await stage.TriesAsync(job)).Count(t => t.Class == CallClass.NotPlaced), 2, 100);
    }

    [Theory, BothEngines]
    public async Task BotThatHangsUp_EndsTheCallWithinASecond_AndHearsOfIt_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "/start" ? HangUp : null;
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Answer();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await stage.UntilFinalAsync(job);
        await TellsAsync(bot, 2);
        var call = Assert.Single(stage.Trunk.Calls);
        Assert.Equal(HangUpReason.Bot, call.HungUpFor);
        var tried = Assert.Single(await PlacedAsync(stage, job));
        Assert.Equal((CallClass.Answered, EndedBy.Bot), (tried.Class, tried.EndedBy));
        Assert.InRange(tried.Talk, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(["/start", "botHangup"], bot.All.Select(t => t.Name));
        Assert.Equal(("answered", "bot"), Hangup(bot.All[1]));
    }

    [Theory, BothEngines]
    public async Task HangUp_BeforeAnybodyAnswered_IsNotHeard_OrSomeoneWouldBeRungAgainAndAgain_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "ringing" ? HangUp : null;
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Ring();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await TellsAsync(bot, 1);
        var call = Assert.Single(stage.Trunk.Live);
        call.Answer();
        await TellsAsync(bot, 2);
        await HeardAsync(rig);
        call.End(CallClass.Answered);
        Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(job)).Result);
    }

    [Theory, BothEngines]
    public async Task TwoHundredCallsAtOnce_LoseNothing_EachInItsOrder_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnRequest = async (told, context) =>
        {
            await Task.Delay(told.Body.Length % 7 * 5, context.RequestAborted);
            context.Response.StatusCode = 204;
        };
        var rig = await rigs.GetAsync(engine);
        var stage = await StageAsync(rig, bot, c => c with { MaxSimultaneousCalls = 200 });
        stage.Trunk.OnDial = c =>
        {
            c.Ring();
            c.Answer();
        };
        var phones = await stage.AddAsync(200);
        await stage.StartAsync();
        await Until.TrueAsync(() => stage.Trunk.Live.Count == 200, "all are up at once");
        await TellsAsync(bot, 400);
        await HeardAsync(rig);
        foreach (var call in stage.Trunk.Live)
        {
            call.End(CallClass.Answered);
        }

        await stage.UntilAsync(p => p.Counters.Answered == 200, "all are done");
        await TellsAsync(bot, 600);
        Assert.All(phones, p => Assert.Equal(["ringing", "/start", "hangup"], bot.Of(p.ToString(null, null)).Select(t => t.Name)));
        Assert.Equal(600, bot.All.Select(t => t.Id).Distinct().Count());
        await stage.AssertBooksAsync();
    }

    internal static async Task<Stage> StageAsync(
        Rig rig, HttpBot? bot, Func<Dialer.Campaigns.CampaignSettings, Dialer.Campaigns.CampaignSettings>? campaign = null, string? secret = null, string? url = null) =>
        await rig.StageAsync(
            campaign,
            c => c with { Scenario = new Scenario { HttpBotUrl = url ?? bot!.Url, HttpBotSecret = secret is null ? null : new Secret(secret) } });

    /// <summary>Tries that left: on a busy machine a token may come too late.</summary>
    internal static async Task<IReadOnlyList<TryRecord>> PlacedAsync(Stage stage, JobId job) =>
        [.. (await stage.TriesAsync(job)).Where(t => t.Class != CallClass.NotPlaced)];

    internal static Task TellsAsync(HttpBot bot, int count) => Until.TrueAsync(
        () => bot.All.Count >= count, $"the bot is told {count} times", instead: () => string.Join("; ", bot.All));

    /// <summary>The answers of the bots have come too: a call that ends while its bot has yet to answer has met none.</summary>
    internal static Task HeardAsync(Rig rig) => Until.TrueAsync(() => rig.Get<CallBots>().Telling == 0, "every bot has answered");

    private static (string?, string?) Hangup(Told told)
    {
        var data = told.Json["rawRequest"]!["hangupData"]!;
        return ((string?)data["outcome"], (string?)data["endedBy"]);
    }
}
