using System.Diagnostics;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Dialer.Tests.HttpBots;
using Microsoft.AspNetCore.Http;

namespace Dialer.Tests;

/// <summary>An HTTP bot that fails, is slow or talks nonsense: reported, and never a result lost or late (P41).</summary>
public class HttpBotFailureTests(Rigs rigs)
{
    [Theory]
    [InlineData("slow", "timeout")]
    [InlineData("500", "status: HTTP 500")]
    [InlineData("404", "status: HTTP 404")]
    [InlineData("302", "status: HTTP 302, and redirects are not followed")]
    [InlineData("abort", "refused")]
    [InlineData("closed", "refused")]
    public async Task BotThatIsNotThereAtStart_EndsTheCallAsBotFailed_WithTheCause_P41(string how, string cause)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnRequest = (told, context) => told.Name == "/start" ? AnswerAsync(how, context) : EmptyAsync(context);
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        var stage = await HttpBotTests.StageAsync(rig, bot, c => c with { Attempts = new AttemptPolicy { Initial = 2, PauseMinutes = 1 } });
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await Until.TrueAsync(() => stage.Trunk.Live.Count == 1, "it rings");
        if (how == "closed")
        {
            await bot.DisposeAsync();
        }

        var began = Stopwatch.GetTimestamp();
        stage.Trunk.Live[0].Answer();
        await Until.TrueAsync(() => stage.Trunk.Live.Count == 0, "nobody listens to silence");
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(7));
        Assert.Equal(HangUpReason.BotFailed, stage.Trunk.Calls[0].HungUpFor);
        await stage.UntilJobAsync(job, j => j.Attempts == 1, "the attempt is spent");
        var tried = Assert.Single(await HttpBotTests.PlacedAsync(stage, job));
        Assert.Equal((CallClass.BotFailed, Fault.Bot, EndedBy.Ourselves), (tried.Class, tried.Fault, tried.EndedBy));
        Assert.Contains(cause, tried.Cause.Text, StringComparison.Ordinal);
        Assert.InRange(tried.NextAt - tried.EndedAt, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(60));
        var note = await NoteAsync(stage, job, "start: ");
        Assert.Contains(cause, note.Detail, StringComparison.Ordinal);
        if (how is not ("slow" or "closed"))
        {
            // once more at once, under the same id, where it may help
            var tries = bot.All.Where(t => t.Name == "/start").ToList();
            Assert.Equal(how is "500" or "abort" ? 2 : 1, tries.Count);
            Assert.Single(tries.Select(t => t.Id).Distinct());
        }
    }

    [Theory, BothEngines]
    public async Task WhateverTheBotDoesAtTheEnd_TheResultIsKept_AndNotLate_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        foreach (var (how, cause) in new[]
        {
            ("slow", "timeout"), ("500", "status: HTTP 500"), ("garbage", "bad_json"), ("list", "bad_json"), ("deep", "bad_json"), ("long", "answer_too_large"), ("dialer", "bad_dialer"), ("abort", "refused"),
        })
        {
            await using var bot = await HttpBot.StartAsync();
            bot.OnRequest = (told, context) => told.Name == "hangup" ? AnswerAsync(how, context) : EmptyAsync(context);
            var stage = await HttpBotTests.StageAsync(rig, bot);
            stage.Trunk.OnDial = c => c.Answer();
            var job = await stage.AddAsync(Rig.Phones(1)[0]);
            await stage.StartAsync();
            await HttpBotTests.TellsAsync(bot, 1);
            var began = Stopwatch.GetTimestamp();
            stage.Trunk.Live[0].End(CallClass.Answered);
            Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(job)).Result);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(4), $"{how}: the result came after {Stopwatch.GetElapsedTime(began)}");
            var note = await NoteAsync(stage, job, "hangup: ");
            Assert.Contains(cause, note.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("Sesame", note.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("garbage", "bad_json")]
    [InlineData("long", "answer_too_large")]
    public async Task BotThatTalksNonsenseAtStart_IsThere_AndOnlyReported_P41(string how, string cause)
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnRequest = (told, context) => told.Name == "/start" ? AnswerAsync(how, context) : EmptyAsync(context);
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        var stage = await HttpBotTests.StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Answer();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        var note = await NoteAsync(stage, job, "start: ");
        Assert.Contains(cause, note.Detail, StringComparison.Ordinal);
        stage.Trunk.Live[0].End(CallClass.Answered);
        Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(job)).Result);
    }

    [Theory, BothEngines]
    public async Task ThreeCallsInARowWithoutTheBot_PauseTheCampaign_UntilSomebodyResumes_P12_P41(StorageEngine engine)
    {
        await using var bot = await HttpBot.StartAsync();
        var isMended = false;
        bot.OnRequest = (told, context) => Volatile.Read(ref isMended) || told.Name != "/start" ? EmptyAsync(context) : AnswerAsync("500", context);
        var rig = await rigs.GetAsync(engine);
        var stage = await HttpBotTests.StageAsync(rig, bot, c => c with { MaxSimultaneousCalls = 1 });
        stage.Trunk.OnDial = c => c.Answer();
        await stage.AddAsync(6);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal((PauseCodes.ScenarioDown, "3 answered calls in a row found no bot"), (cause.Code, cause.Evidence));
        Assert.Equal(3, stage.Trunk.Calls.Count);

        Volatile.Write(ref isMended, true);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Final == 6, "the rest is called");
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task NothingIsDialed_BeforeTheBotAnswersAProbe_AndAnyAnswerBelow500IsOne_P41()
    {
        await using var bot = await HttpBot.StartAsync();
        bot.ProbeStatus = 503;
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        var stage = await HttpBotTests.StageAsync(rig, bot);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(2);
        await stage.StartAsync();
        var idle = await stage.UntilAsync(p => p.Idle?.Code == "scenario_down", "it waits for the probe");
        Assert.Equal(CampaignStatus.Running, idle.Status);
        await Until.TrueAsync(() => bot.Probes >= 1, "it is probed");
        Assert.Empty(stage.Trunk.Calls);
        bot.ProbeStatus = 405;
        await stage.UntilAsync(p => p.Counters.Final == 2, "all are called");
    }

    [Fact]
    public async Task WithASipBotToo_AFailureIsOnlyReported_P41()
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnRequest = (_, context) => AnswerAsync("500", context);
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        var stage = await rig.StageAsync(channel: c => c with { Scenario = new Scenario { HttpBotUrl = bot.Url, SipBotUri = "sip:both@127.0.0.1:5999" } });
        stage.Trunk.OnDial = c => c.Answer();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await NoteAsync(stage, job, "start: status: HTTP 500");
        stage.Trunk.Live[0].End(CallClass.Answered);
        Assert.Equal(JobResult.Reached, (await stage.UntilFinalAsync(job)).Result);
        await NoteAsync(stage, job, "hangup: status: HTTP 500");
    }

    [Fact]
    public async Task BotThatHangs_SlowsNoOtherCampaign_AndCostsNothingAfterAWhile_P41()
    {
        await using var dead = await HttpBot.StartAsync();
        dead.OnRequest = (_, context) => AnswerAsync("slow", context);
        await using var good = await HttpBot.StartAsync();
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        // beside a SIP bot, so that its campaign goes on
        var hung = await rig.StageAsync(channel: c => c with { Scenario = new Scenario { HttpBotUrl = dead.Url, SipBotUri = "sip:beside@127.0.0.1:5999" } });
        hung.Trunk.OnDial = c => c.Reach();
        await hung.AddAsync(100);
        await hung.StartAsync();
        await hung.UntilAsync(p => p.Counters.Answered == 100, "the results of its calls do not wait for it", TimeSpan.FromSeconds(10));

        var stage = await HttpBotTests.StageAsync(rig, good);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(100);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 100, "another campaign is dialed as ever", TimeSpan.FromSeconds(10));
        await HttpBotTests.TellsAsync(good, 200);

        // its breaker is open by now: nobody waits for five seconds any more
        await Until.TrueAsync(async () => (await AllNotesAsync(hung)).Any(n => n.Detail!.Contains("breaker_open", StringComparison.Ordinal)), "its breaker opens");
        var told = dead.All.Count(t => t.Name == "/start");
        Assert.InRange(told, 10, 200);
    }

    private static async Task<IReadOnlyList<JobNote>> AllNotesAsync(Stage stage)
    {
        var notes = new List<JobNote>();
        foreach (var job in await stage.JobsAsync())
        {
            notes.AddRange(await stage.NotesAsync(job.Id));
        }

        return notes;
    }

    private static async Task<JobNote> NoteAsync(Stage stage, JobId job, string begin) => (await Until.GetAsync(
        () => stage.NotesAsync(job),
        notes => notes.Any(n => n.Code == JobNote.BotFault && n.Detail!.StartsWith(begin, StringComparison.Ordinal)),
        $"a note that begins with {begin}",
        instead: notes => string.Join("; ", notes))).First(n => n.Code == JobNote.BotFault && n.Detail!.StartsWith(begin, StringComparison.Ordinal));

    private static Task EmptyAsync(HttpContext context)
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static async Task AnswerAsync(string how, HttpContext context)
    {
        switch (how)
        {
            case "slow":
                await Task.Delay(TimeSpan.FromSeconds(6), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "abort":
                context.Abort();
                break;
            case "302":
                context.Response.Redirect("/calls");
                break;
            case "garbage":
                await context.Response.WriteAsync("Sesame {");
                break;
            case "list":
                await context.Response.WriteAsync("[1]");
                break;
            case "deep":
                await context.Response.WriteAsync(new string('[', 200) + new string(']', 200));
                break;
            case "dialer":
                await context.Response.WriteAsync("""{"data":{"dialer":{"redial":{"maxAttempts":"Sesame"}}}}""");
                break;
            case "long":
                var chunk = new byte[64 * 1024];
                for (var i = 0; i < 160; i++)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }

                break;
            default:
                context.Response.StatusCode = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture);
                break;
        }
    }
}
