using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Reports;
using Dialer.Subscribers;
using Dialer.Silo.Storage;
using Dialer.Tests.HttpBots;
using Dialer.Tests.Sip;

namespace Dialer.Tests;

/// <summary>HTTP bots work in the same way whatever carries the calls (P39, P41, P44).</summary>
public class HttpBotDriverTests(Rigs rigs)
{
    [Fact]
    public async Task SimulatedCarrier_TalksUntilTheBotHangsUp_TheCalleeDoes_OrTheLongestCallIsOver_P41_P44()
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "/start" && t.Phone.EndsWith('0') ? HttpBotTests.HangUp : null;
        await using var host = await DialerHost.StartAsync(await rigs.Engines.NewAsync(StorageEngine.Sqlite));
        var channel = await host.CreateChannelAsync(new ChannelSettings
        {
            Name = "simulated",
            Kind = ChannelKind.Simulated,
            Lines = 20,
            MaxCallSeconds = 60,
            Simulated = new SimulatedSettings { Answer = 1, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0, RingSeconds = new SecondsRange(0.2, 0.2), TalkSeconds = new SecondsRange(3, 3) },
            Scenario = new Scenario { HttpBotUrl = bot.Url },
        });
        var campaign = await host.CreateCampaignAsync(new CampaignSettings
        {
            Name = "campaign",
            Channel = channel,
            MaxSimultaneousCalls = 20,
            TimeZone = "Europe/Moscow",
            CallingWindows = WeeklyHours.Always,
        });
        var jobs = await host.AddAsync(campaign, Enumerable.Range(0, 20).Select(i => 79_018_880_000L + i));
        Assert.True((await campaign.StartAsync("test")).IsDone);
        await DialerHost.UntilAsync(campaign, p => p.Counters.Answered == 20, Until.Limit, "all are called");
        await HttpBotTests.TellsAsync(bot, 60);
        var queries = (IDialerQueries)host.Services.GetService(typeof(IDialerQueries))!;
        foreach (var (job, i) in jobs.Select((job, i) => (job, i)))
        {
            var tried = Assert.Single(await queries.ReadTriesAsync(job), t => t.Class != CallClass.NotPlaced);
            var isBots = i % 10 == 0;
            Assert.Equal((CallClass.Answered, isBots ? EndedBy.Bot : EndedBy.Callee), (tried.Class, tried.EndedBy));
            Assert.True(isBots ? tried.Talk < TimeSpan.FromSeconds(2) : tried.Talk >= TimeSpan.FromSeconds(2.9), $"{tried.Talk}");
            var told = bot.All.Where(t => t.CallId == tried.Try.ToString()).Select(t => t.Name);
            Assert.Equal(["ringing", "/start", isBots ? "botHangup" : "hangup"], told);
        }
    }

    [Fact]
    public async Task SipTrunk_IsHungUpByAByeWhenTheBotSaysSo_OrIsNotThere_P39_P41()
    {
        await using var bot = await HttpBot.StartAsync();
        var phones = Rig.Phones(3);
        var (hangs, lacks, talks) = (Text(phones[0]), Text(phones[1]), Text(phones[2]));
        bot.OnRequest = async (told, context) =>
        {
            context.Response.StatusCode = told.Name != "/start" ? 204 : told.Phone == lacks ? 500 : 200;
            if (told.Name == "/start" && told.Phone == hangs)
            {
                await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, HttpBotTests.HangUp);
            }
        };
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.FromMilliseconds(50)) };
        far.Expect(phones[2], new Habit(200, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)));
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        var stage = await rig.StageAsync(channel: c => c with
        {
            Kind = ChannelKind.Sip,
            Sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port, DestinationPrefixes = "79" },
            Scenario = new Scenario { HttpBotUrl = bot.Url },
        }, campaign: c => c with { OuterHoursException = "a test" });
        var jobs = new List<JobId>();
        foreach (var phone in phones)
        {
            jobs.Add(await stage.AddAsync(phone));
        }

        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Final == 3, "all are over");
        var tries = new List<TryRecord>();
        foreach (var job in jobs)
        {
            tries.Add((await stage.TriesAsync(job)).Single(t => t.Class != CallClass.NotPlaced));
        }

        Assert.Equal(
            [(CallClass.Answered, EndedBy.Bot), (CallClass.BotFailed, EndedBy.Ourselves), (CallClass.Answered, EndedBy.Callee)],
            tries.Select(t => (t.Class, t.EndedBy)));
        Assert.Equal(2, far.HungUp);
        await Until.TrueAsync(() => bot.Of(talks).Any(t => t.Name == "hangup"), "the last is told");
        Assert.Equal(["/start", "hangup"], bot.Of(talks).Select(t => t.Name).Where(n => n != "ringing"));
    }

    private static string Text(long phone) => phone.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
